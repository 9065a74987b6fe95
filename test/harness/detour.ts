import { randomInt, randomUUID } from 'node:crypto';
import { eventually } from '@comptoir/testing';
import type { Broker, Wire } from './broker';

/** What is bound to a queue: the exchange, and the key. */
interface Binding {
  readonly exchange: string;
  readonly key: string;
}

/**
 * Leads a queue's messages into a queue of the test's own. The system must be at rest for a moment: between the two
 * changes of bindings a message would come twice.
 */
async function detour(
  broker: Broker,
  queue: string,
  bindings: readonly Binding[],
): Promise<{ readonly held: string; end(): Promise<void> }> {
  const { channel } = broker;
  const held = `held.${queue}.${randomUUID()}`;
  await channel.assertQueue(held, { arguments: { 'x-queue-type': 'quorum' } });
  for (const { exchange, key } of bindings) {
    await channel.bindQueue(held, exchange, key);
    await channel.unbindQueue(queue, exchange, key);
  }
  return {
    held,
    async end() {
      for (const { exchange, key } of bindings) {
        await channel.bindQueue(queue, exchange, key);
        await channel.unbindQueue(held, exchange, key);
      }
    },
  };
}

export interface Held {
  depth(): Promise<number>;
  /** Waits until this many messages are held. */
  until(count: number): Promise<void>;
  /**
   * From now on messages go straight to their queue again; those held come by the retry tier of a second, or at once.
   * Idempotent.
   */
  release(by: 'retry.1s' | 'at once'): Promise<void>;
}

const open = new WeakMap<Broker, Set<Held>>();

/** Releases what a test that failed still holds: the others go on undisturbed. */
export async function releaseAll(broker: Broker): Promise<void> {
  for (const held of open.get(broker) ?? []) await held.release('at once');
}

/** Keeps a command (or what else comes by that binding) from its handler until it is released: as if it sat in a retry tier. */
export async function hold(
  broker: Broker,
  queue: string,
  binding: Binding = { exchange: 'business.commands', key: queue },
): Promise<Held> {
  const { held, end } = await detour(broker, queue, [binding]);
  const all = open.get(broker) ?? new Set();
  open.set(broker, all);
  const self: Held = {
    depth: () => broker.depth(held),
    until: (count) => eventually(async () => expect(await broker.depth(held)).toBe(count)),
    async release(by) {
      if (!all.delete(self)) return;
      await end();
      for (let message = await broker.take(held); message; message = await broker.take(held))
        await broker.resend(message, by === 'at once' ? '' : by, queue);
      await broker.channel.deleteQueue(held);
    },
  };
  all.add(self);
  return self;
}

export interface Shuffled {
  readonly count: number;
  /** Lets all go that is held, and shuffles no more. */
  stop(): Promise<void>;
}

/**
 * Shuffles what comes to a queue: messages are kept until `window` of them are there, or a moment has passed, and then
 * go on in random order, some of them twice.
 */
export async function shuffle(
  broker: Broker,
  queue: string,
  bindings: readonly Binding[],
  window = 12,
  momentMs = 30,
): Promise<Shuffled> {
  const { held, end } = await detour(broker, queue, bindings);
  let kept: Wire[] = [];
  let timer: NodeJS.Timeout | undefined;
  let count = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const out = kept.flatMap((message) => (randomInt(4) === 0 ? [message, message] : [message]));
    kept = [];
    for (let left = out.length; left > 0; left--) {
      const [message] = out.splice(randomInt(left), 1);
      if (message) void broker.resend(message, '', queue);
    }
  };
  const { consumerTag } = await broker.channel.consume(
    held,
    (message) => {
      if (!message) return;
      count += 1;
      if (kept.push(message) >= window) flush();
      else timer ??= setTimeout(flush, momentMs);
    },
    { noAck: true },
  );
  return {
    get count() {
      return count;
    },
    async stop() {
      await end();
      await eventually(async () => expect(await broker.depth(held)).toBe(0));
      await broker.channel.cancel(consumerTag);
      flush();
      await broker.channel.waitForConfirms();
      await broker.channel.deleteQueue(held);
    },
  };
}
