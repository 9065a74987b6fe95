import { runService } from '@comptoir/platform';
import { CartsModule } from './carts.module';

void runService(CartsModule, {
  title: 'Carts',
  description: 'What customers are about to order, priced by a copy of the catalogue.',
});
