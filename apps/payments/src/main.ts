import { runService } from '@comptoir/platform';
import { PaymentsModule } from './payments.module';

void runService(PaymentsModule, {
  title: 'Payments',
  description: 'Captures and refunds of orders, and the books of the simulated payment gateway.',
});
