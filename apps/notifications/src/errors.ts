import { CodedError } from '@comptoir/contracts';

/** Another process, or one that died just now, is at the same notification: by the next attempt its outcome is known. */
export class DeliveryUnderWay extends CodedError {
  readonly code = 'delivery-under-way';
}

/** The channel could not take it now; it may the next time. */
export class ChannelUnavailable extends CodedError {
  readonly code = 'channel-unavailable';
}

/** A notification that must be there is not: rows are never deleted. */
export class NotificationMissing extends CodedError {
  readonly code = 'notification-missing';
}
