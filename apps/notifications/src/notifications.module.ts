import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { claimRejected } from './claim-rejected';
import { deliveryProviders } from './delivery-providers';
import { PrismaClient } from './generated/prisma/client';
import { NotificationController } from './notification.controller';
import { refundIssued } from './refund-issued';

/** The routing table. */
export const notifications = service({ name: 'notifications', handlers: [...refundIssued, ...claimRejected] });

@Module({
  imports: [ServiceModule.forService({ service: notifications, prisma: PrismaClient })],
  controllers: [NotificationController],
  providers: deliveryProviders,
})
export class NotificationsModule {}
