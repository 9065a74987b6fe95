import { runService } from '@comptoir/platform';
import { InventoryModule } from './inventory.module';

void runService(InventoryModule, {
  title: 'Inventory',
  description: 'Stock, what is reserved of it for orders, and what came in.',
});
