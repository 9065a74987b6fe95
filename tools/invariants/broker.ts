import { connect } from 'amqplib';
import { management } from '../stack/management';
import type { Violations } from './violation';

export interface BrokerToCheck {
  readonly amqpUrl: string;
  readonly managementUrl: string;
  readonly vhost: string;
  /** Messages that must be in a dead-letter queue, by the queue they died in. */
  readonly expectedDead?: Readonly<Record<string, number>> | undefined;
}

const DEAD = /\.dead$/;

/**
 * Looks into every queue of the virtual host: nothing is ready anywhere, except the dead letters that are expected. Asks
 * by passive declare: the management API's counts are seconds old.
 */
export async function checkQueues(broker: BrokerToCheck, violations: Violations): Promise<void> {
  const { vhost, expectedDead = {} } = broker;
  const path = `/queues/${encodeURIComponent(vhost)}?disable_stats=true&columns=name`;
  const names = (await management(broker.managementUrl).get<{ name: string }[]>(path)).map(({ name }) => name);
  const ready = await readyMessages(broker, names);
  for (const [queue, count] of ready) {
    if (!DEAD.test(queue) && count > 0) violations.add('queues-empty', `${queue}: ${count} messages`, count);
  }
  const died = new Map([...ready].filter(([queue]) => DEAD.test(queue)).map(([queue, n]) => [queue.replace(DEAD, ''), n]));
  for (const queue of new Set([...died.keys(), ...Object.keys(expectedDead)])) {
    const [found, expected] = [died.get(queue) ?? 0, expectedDead[queue] ?? 0];
    if (found !== expected)
      violations.add('dead-letters-expected', `${queue}: ${found} dead letters, expected ${expected}`, Math.abs(found - expected));
  }
}

async function readyMessages({ amqpUrl, vhost }: BrokerToCheck, queues: readonly string[]): Promise<Map<string, number>> {
  const url = new URL(amqpUrl);
  url.pathname = `/${encodeURIComponent(vhost)}`;
  const connection = await connect(url.toString(), { noDelay: true });
  try {
    const channel = await connection.createChannel();
    const ready = new Map<string, number>();
    for (const queue of queues) ready.set(queue, (await channel.checkQueue(queue)).messageCount);
    return ready;
  } finally {
    await connection.close();
  }
}
