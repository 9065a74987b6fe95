import { runService } from '@comptoir/platform';
import { CatalogModule } from './catalog.module';

void runService(CatalogModule, {
  title: 'Catalog',
  description: 'Products and their prices. The other services keep copies, fed by its events.',
});
