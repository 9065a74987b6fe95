import { runService } from '@comptoir/platform';
import { EventStoreModule } from './event-store.module';

void runService(EventStoreModule, {
  title: 'Event store',
  description: 'The company’s log: every event of every service, once and in the order of its stream.',
});
