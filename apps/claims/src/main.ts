import { runService } from '@comptoir/platform';
import { ClaimsModule } from './claims.module';

void runService(ClaimsModule, {
  title: 'Claims',
  description: 'Claims about orders: filed, treated, and settled by a refund that its peers carry out.',
});
