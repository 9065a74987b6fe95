import { Module } from '@nestjs/common';
import { ClaimVerificationFailed, ClaimVerified } from '@comptoir/contracts/claims';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { approveClaim } from './approve-claim';
import { assignClaim } from './assign-claim';
import { ClaimCommandsController } from './claim-commands.controller';
import { ClaimsController } from './claims.controller';
import { claimsWork } from './claims-work';
import { PrismaClient } from './generated/prisma/client';
import { openClaim } from './open-claim';
import { rejectClaim } from './reject-claim';
import { settleClaim } from './settle-claim';
import { beginTreatment } from './start-treatment';

/** The routing table. What is emitted beside it comes from the verification of claims that were taken unverified. */
export const claims = service({
  name: 'claims',
  handlers: [...settleClaim],
  requests: [openClaim, assignClaim, beginTreatment, approveClaim, rejectClaim],
  emits: [ClaimVerified, ClaimVerificationFailed],
});

@Module({
  imports: [ServiceModule.forService({ service: claims, prisma: PrismaClient })],
  controllers: [ClaimsController, ClaimCommandsController],
  providers: claimsWork,
})
export class ClaimsModule {}
