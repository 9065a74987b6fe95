import { runService } from '@comptoir/platform';
import { OrdersModule } from './orders.module';

void runService(OrdersModule, {
  title: 'Orders',
  description: 'Places orders, and says what became of them.',
});
