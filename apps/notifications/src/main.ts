import { runService } from '@comptoir/platform';
import { NotificationsModule } from './notifications.module';

void runService(NotificationsModule, {
  title: 'Notifications',
  description: 'Tells customers what became of their claims and refunds, once, and keeps what they were told.',
});
