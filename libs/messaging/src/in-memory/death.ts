import type { DeathReason, Queue, Stored } from './queue';

interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly count: number;
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
  readonly time: number;
}

/**
 * The message a queue sends to its dead-letter exchange, with the headers RabbitMQ adds; `undefined` where the queue
 * has no such exchange, and the message is dropped.
 */
export function deadLetter(queue: Queue, stored: Stored, reason: DeathReason, now: number) {
  const exchange = queue.text('x-dead-letter-exchange');
  if (exchange === undefined) return undefined;
  const { headers = {} } = stored.properties;
  const before = (headers['x-death'] as readonly Death[] | undefined) ?? [];
  const same = before.find((death) => death.queue === queue.name && death.reason === reason);
  const death: Death = {
    queue: queue.name,
    reason,
    count: (same?.count ?? 0) + 1,
    exchange: stored.exchange,
    'routing-keys': [stored.routingKey],
    time: now,
  };
  return {
    exchange,
    routingKey: queue.text('x-dead-letter-routing-key') ?? stored.routingKey,
    body: stored.body,
    properties: {
      ...stored.properties,
      headers: {
        'x-first-death-exchange': stored.exchange,
        'x-first-death-queue': queue.name,
        'x-first-death-reason': reason,
        ...headers,
        'x-death': [death, ...before.filter((each) => each !== same)],
      },
    },
  };
}
