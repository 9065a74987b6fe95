import { runService } from '@comptoir/platform';
import { ViewsModule } from './views.module';

void runService(ViewsModule, {
  title: 'Views',
  description: 'What happened in the company, laid out for reading: orders, claims, refunds, sales, outcomes.',
});
