import { z } from 'zod';
import { Id } from './id';
import { event } from './message';

/** A customer was told of something, once. */
export const CustomerNotified = event(
  'notifications.customer-notified',
  1,
  z.object({ notificationId: Id, customerId: z.string(), template: z.string(), channel: z.enum(['log', 'file', 'smtp']) }),
  { stream: (body) => `notification-${body.notificationId}`, terminal: true },
);
