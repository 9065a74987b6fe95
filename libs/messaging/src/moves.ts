import type { Clock } from './clock';
import { attemptOf, forward } from './envelope';
import { pauseBefore } from './failure';
import type { Logger } from './logger';
import type { WireMessage } from './message';
import type { RetryTier } from './retry';
import { DEAD_LETTERS, retryExchange } from './topology';
import type { Delivery, Transport } from './transport';

/** Header values are bounded, so that a huge error cannot make its dead letter unpublishable. */
const MAX_TEXT = 2_000;

/** Why a message is given up: one word for operators to filter by. */
export type DeadReason = 'contract-violation' | 'retries-exhausted' | 'crashed-consumer';

/** The copy of a delivery that comes back to its queue after the tier's delay. */
export const retryCopy = (delivery: Delivery, tier: RetryTier, error: unknown): WireMessage =>
  forward(delivery, {
    exchange: retryExchange(tier),
    routingKey: delivery.queue,
    headers: { attempt: attemptOf(delivery) + 1, 'last-error': messageOf(error) },
  });

/** The copy of a delivery that is kept in its queue's dead-letter queue until a person decides. */
export const deadCopy = (
  delivery: Delivery,
  why: { reason: DeadReason; error: unknown; service: string; at: Date },
): WireMessage =>
  forward(delivery, {
    exchange: DEAD_LETTERS,
    routingKey: delivery.queue,
    headers: {
      // Whoever puts it back into its queue gives it all its tries again.
      attempt: 1,
      'dead-reason': why.reason,
      'dead-error': messageOf(why.error),
      'dead-stack': why.error instanceof Error ? (why.error.stack ?? '').slice(0, MAX_TEXT) : undefined,
      'dead-attempts': attemptOf(delivery),
      'dead-service': why.service,
      'dead-at': why.at.toISOString(),
      'dead-queue': delivery.queue,
      'dead-exchange': delivery.exchange,
      'dead-routing-key': delivery.routingKey,
    },
  });

/** An error in one line, for logs and headers. */
export const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
const messageOf = (error: unknown) => describe(error).slice(0, MAX_TEXT);

/**
 * Publishes until the broker has confirmed; only then may the original be acked. False when the signal ended it: the
 * original stays unacked and comes again.
 */
export async function publishForSure(
  message: WireMessage,
  to: { transport: Transport; clock: Clock; logger: Logger; signal: AbortSignal },
): Promise<boolean> {
  for (let nth = 1; ; nth++) {
    const [outcome] = await to.transport.publish([message]);
    if (outcome === 'confirmed') return true;
    if (to.signal.aborted) return false;
    if (nth === 1 || nth % 10 === 0)
      to.logger.error('A message cannot be moved; it stays unacknowledged and is tried again', {
        outcome,
        exchange: message.exchange,
        routingKey: message.routingKey,
        messageId: message.properties.messageId,
        tries: nth,
      });
    await new Promise<void>((resolve) => {
      // Taken off again: in a long outage thousands of messages pause here, again and again.
      const goOn = () => {
        timer.cancel();
        to.signal.removeEventListener('abort', goOn);
        resolve();
      };
      const timer = to.clock.setTimeout(goOn, pauseBefore(nth));
      to.signal.addEventListener('abort', goOn, { once: true });
    });
  }
}
