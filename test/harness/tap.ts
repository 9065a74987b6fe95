import { randomUUID } from 'node:crypto';
import { eventually } from '@comptoir/testing';
import type { Broker, Wire } from './broker';

/** A queue of the test's own that gets a copy of everything an exchange carries, as it comes. */
export async function tap(
  broker: Broker,
  exchanges: readonly string[],
  onMessage: (message: Wire) => void,
): Promise<void> {
  const { channel } = broker;
  // Not exclusive, for the invariants look into every queue; it goes with its consumer.
  const { queue } = await channel.assertQueue(`tap.${randomUUID()}`, { durable: true, autoDelete: true });
  for (const exchange of exchanges) await channel.bindQueue(queue, exchange, '#');
  await channel.consume(queue, (message) => message && onMessage(message), { noAck: true });
}

export interface Duplicates {
  /** How many messages came once more. */
  readonly count: number;
  /** Waits until every copy is out. */
  done(): Promise<void>;
}

/** Every message comes twice: what an exchange carries is sent to it once more, unchanged, `delayMs` later. */
export async function duplicateAll(
  broker: Broker,
  exchanges: readonly string[],
  delayMs: () => number,
): Promise<Duplicates> {
  const seen = new Set<string>();
  let out = 0;
  await tap(broker, exchanges, (message) => {
    const id = String(message.properties.messageId);
    if (seen.has(id)) return; // our own copy, or the relay's
    seen.add(id);
    const { exchange, routingKey } = message.fields;
    setTimeout(() => void broker.resend(message, exchange, routingKey).then(() => (out += 1)), delayMs());
  });
  return {
    get count() {
      return seen.size;
    },
    done: () => eventually(() => expect(out).toBe(seen.size)),
  };
}
