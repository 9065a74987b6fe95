import type { MessageType } from '@comptoir/contracts';
import type { Handler } from './handler';
import { RETRY_TIERS, type RetryTier } from './retry';
import { queueOf, type ServiceDefinition } from './service';
import { checkTopology } from './topology-check';

export const COMMANDS = 'business.commands';
export const EVENTS = 'business.events';
export const DEAD_LETTERS = 'business.dead-letter';
/** Brings a past event to the one queue that the routing key names; only queues whose handlers take replays are bound. */
export const REPLAYS = 'business.replay';

/** The exchange that brings a message back to its queue after the tier's delay; the key is that queue's name. */
export const retryExchange = (tier: RetryTier) => `retry.${tier}`;
/** Where a queue's dead letters are kept; bound to `business.dead-letter` by the queue's name. */
export const deadQueueOf = (queue: string) => `${queue}.dead`;
export const exchangeOf = (type: MessageType) => (type.kind === 'command' ? COMMANDS : EVENTS);
/** `<service>.<command>` or `<service>.<event>.<flow>`. */
export const routingKeyOf = (type: MessageType, flow: string) =>
  type.kind === 'command' ? type.name : `${type.name}.${flow}`;

export interface ExchangeDescription {
  readonly name: string;
  readonly type: 'topic';
  readonly durable: true;
}

export interface QueueDescription {
  readonly name: string;
  readonly kind: 'work' | 'dead' | 'retry';
  readonly durable: true;
  readonly arguments: Readonly<Record<string, string | number>>;
}

export interface BindingDescription {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
}

/** What a service does at the broker, and so all it may do. */
export interface ServiceDescription {
  readonly name: string;
  /** Its work queues. */
  readonly queues: readonly string[];
  /** Names of the commands it sends. */
  readonly commands: readonly string[];
  /** Names of the events it publishes, all its own. */
  readonly events: readonly string[];
  /** It sends past events again. */
  readonly replays?: true;
}

/** Everything that has to exist at a broker, as plain data in a stable order. */
export interface Topology {
  readonly exchanges: readonly ExchangeDescription[];
  readonly queues: readonly QueueDescription[];
  readonly bindings: readonly BindingDescription[];
  readonly services: readonly ServiceDescription[];
}

/** A fuse only: the runtime counts attempts itself and gives up long before. */
const DELIVERY_LIMIT = 50;
/**
 * Dead letters must survive being looked at: RabbitMQ 4 would drop a message after 20 reads with requeue where no limit
 * is set, and 3.10 refuses -1 as "no limit".
 */
const NO_DELIVERY_LIMIT = 1_000_000;

const exchange = (name: string): ExchangeDescription => ({ name, type: 'topic', durable: true });

/**
 * At-least-once dead-lettering needs both arguments; without them a message whose target is missing or full is lost.
 * They are arguments, not a policy: a policy that is missing or outranked must not cost messages.
 */
const keepUntilMoved = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

const workQueue = (name: string): QueueDescription => ({
  name,
  kind: 'work',
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-dead-letter-exchange': DEAD_LETTERS,
    'x-dead-letter-routing-key': name,
    'x-delivery-limit': DELIVERY_LIMIT,
    ...keepUntilMoved,
  },
});

const deadQueue = (name: string): QueueDescription => ({
  name: deadQueueOf(name),
  kind: 'dead',
  durable: true,
  arguments: { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', 'x-delivery-limit': NO_DELIVERY_LIMIT },
});

/** No dead-letter routing key: the message keeps its own, which names the queue to return to on the default exchange. */
const retryQueue = ([tier, delay]: [string, number]): QueueDescription => ({
  name: retryExchange(tier as RetryTier),
  kind: 'retry',
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-message-ttl': delay,
    'x-dead-letter-exchange': '',
    ...keepUntilMoved,
  },
});

/**
 * What the services need at the broker. Refuses what could not work: a command with two queues or at a service that
 * does not own it, an event published by another service, a flow that is not one word.
 */
export function topologyOf(services: readonly ServiceDefinition[]): Topology {
  const sorted = [...services].sort((a, b) => compare(a.name, b.name));
  const tiers = Object.entries(RETRY_TIERS);
  const handlers = sorted.flatMap((service) =>
    [...service.handlers]
      .sort((a, b) => compare(a.name, b.name))
      .map((handler) => ({ handler, queue: queueOf(service.name, handler) })),
  );
  const replays = sorted.some((service) => service.replays) || handlers.some(({ handler }) => handler.replayable);
  const topology: Topology = {
    exchanges: [COMMANDS, EVENTS, DEAD_LETTERS, ...(replays ? [REPLAYS] : []), ...tiers.map(([tier]) => retryExchange(tier as RetryTier))].map(exchange),
    queues: [...handlers.flatMap(({ queue }) => [workQueue(queue), deadQueue(queue)]), ...tiers.map(retryQueue)],
    bindings: [
      ...handlers.flatMap(({ handler, queue }) => [
        ...bindingsOf(handler, queue),
        ...(handler.replayable ? [{ exchange: REPLAYS, queue, key: queue }] : []),
        { exchange: DEAD_LETTERS, queue: deadQueueOf(queue), key: queue },
      ]),
      ...tiers.map(([tier]) => ({ exchange: `retry.${tier}`, queue: `retry.${tier}`, key: '#' })),
    ],
    services: sorted.map(describe),
  };
  checkTopology(sorted, topology);
  return topology;
}

/** Commands somebody sends and no queue takes: each would be returned for ever. */
export const commandsWithoutQueue = ({ services, bindings }: Topology): string[] =>
  unique(services.flatMap((service) => service.commands)).filter(
    (name) => !bindings.some(({ exchange, key }) => exchange === COMMANDS && key === name),
  );

function bindingsOf({ messages, flows = ['*'], observes }: Pick<Handler, 'messages' | 'flows' | 'observes'>, queue: string) {
  if (observes) return [{ exchange: EVENTS, queue, key: '#' }];
  const bindings = messages.flatMap((type): BindingDescription[] =>
    (type.kind === 'command' ? [''] : flows).map((flow) => ({
      exchange: exchangeOf(type),
      queue,
      key: routingKeyOf(type, flow),
    })),
  );
  return [...new Map(bindings.map((binding) => [binding.key, binding])).values()].sort((a, b) => compare(a.key, b.key));
}

function describe(service: ServiceDefinition): ServiceDescription {
  const sent = [...service.handlers, ...service.requests, service].flatMap(({ emits }) => emits);
  const names = (kind: MessageType['kind']) => unique(sent.filter((type) => type.kind === kind).map(({ name }) => name));
  return {
    name: service.name,
    queues: unique(service.handlers.map((handler) => queueOf(service.name, handler))),
    commands: names('command'),
    events: names('event'),
    ...(service.replays ? { replays: true } : {}),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const unique = (values: readonly string[]) => [...new Set(values)].sort(compare);
