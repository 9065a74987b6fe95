import type { Broker, Wire } from './broker';

/** A queue of the test's own that gets a copy of everything an exchange carries, as it comes. */
export async function tap(broker: Broker, exchanges: readonly string[], onMessage: (message: Wire) => void): Promise<void> {
  const { channel } = broker;
  // Exclusive: it goes with the connection.
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const exchange of exchanges) await channel.bindQueue(queue, exchange, '#');
  await channel.consume(queue, (message) => message && onMessage(message), { noAck: true });
}

/** Every message comes twice: what an exchange carries is sent to it once more, unchanged, some time later. */
export async function duplicateAll(broker: Broker, exchanges: readonly string[], delay: () => number): Promise<{ readonly count: number }> {
  const seen = new Set<string>();
  await tap(broker, exchanges, (message) => {
    const id = String(message.properties.messageId);
    if (seen.has(id)) return; // our own copy, or the relay's
    seen.add(id);
    const { exchange, routingKey } = message.fields;
    setTimeout(() => void broker.resend(message, exchange, routingKey).catch(() => undefined), delay());
  });
  return {
    get count() {
      return seen.size;
    },
  };
}
