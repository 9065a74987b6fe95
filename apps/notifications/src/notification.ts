import type { ChannelName } from './channels/channel';

/** What a customer is to be told because of something that happened. */
export interface Letter {
  readonly template: string;
  /** The business key of what happened. With the template it is the notification's own. */
  readonly causeId: string;
  readonly customerId: string;
  readonly subject: string;
  readonly text: string;
}

export interface Notification {
  readonly notificationId: string;
  readonly template: string;
  readonly causeId: string;
  readonly customerId: string;
  readonly channel: ChannelName;
  readonly state: 'pending' | 'sent' | 'failed';
  readonly lastError: string | null;
}

/** What is known when the transaction begins: the outcome of an attempt just made, or that the row has one. */
export type Told = { readonly from: 'row' } | { readonly from: 'attempt'; readonly refused: string | undefined };
export const fromRow: Told = { from: 'row' };

/**
 * What an attempt makes of a notification. The first outcome stands, for somebody may have been told of it already.
 * `look-again`: the row was to have an outcome and has none.
 */
export function settle(notification: Notification, told: Told): Notification | 'look-again' {
  if (notification.state !== 'pending') return notification;
  if (told.from === 'row') return 'look-again';
  const { refused } = told;
  return refused === undefined ? { ...notification, state: 'sent' } : { ...notification, state: 'failed', lastError: refused };
}

export const keyOf = ({ template, causeId }: Pick<Letter, 'template' | 'causeId'>) => `${template}.${causeId}`;
