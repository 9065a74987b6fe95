import { z } from 'zod';
import { Id } from './id';
import { event } from './message';

const stream = (body: { notificationId: string }) => `notification-${body.notificationId}`;
const notification = z.object({
  notificationId: Id,
  customerId: z.string(),
  template: z.string(),
  channel: z.enum(['log', 'file', 'smtp']),
});

/** A customer was told of something, once. */
export const CustomerNotified = event('notifications.customer-notified', 1, notification, { stream, terminal: true });

/** A customer cannot be told of something: nothing that is tried again, for the mail server refused it for good, or there is no address. */
export const NotificationFailed = event('notifications.notification-failed', 1, notification.extend({ reason: z.string() }), {
  stream,
  terminal: true,
});
