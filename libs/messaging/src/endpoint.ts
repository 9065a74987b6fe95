import { setMaxListeners } from 'node:events';
import type { MessageType, Outgoing } from '@comptoir/contracts';
import { BatchLoop } from './batch-loop';
import { commitBatch } from './batch';
import { CallingSource } from './calling-source';
import { systemClock, type Clock, type Timer } from './clock';
import { EndpointUnavailable } from './errors';
import type { Handler, HandlerContext, RequestHandler } from './handler';
import type { Logger } from './logger';
import { safeObserver, type EndpointObserver } from './observer';
import { Outbox } from './outbox';
import { QueueSource, type SourceOptions } from './queue-source';
import { RequestSource } from './request-source';
import { queueOf, type ServiceDefinition } from './service';
import type { Transport } from './transport';
import type { UnitOfWork } from './unit-of-work';

const LINGER_MS = 5;
const DRAIN_MS = 15_000;
const WATCH_EVERY_MS = 2_000;
const MAINTAIN_EVERY_MS = 3_600_000;
const RETENTION_DAYS = 14;

export interface EndpointOptions<Tx> {
  readonly service: ServiceDefinition<Tx>;
  readonly transport: Transport;
  readonly unitOfWork: UnitOfWork<Tx>;
  readonly logger: Logger;
  readonly observer?: EndpointObserver;
  /** Finds a provider for a handler's `call`, by its class. */
  readonly get?: HandlerContext['get'];
  readonly clock?: Clock;
  /** Batch transactions at a time. Default 1: while one commits, the others fill. */
  readonly concurrentBatches?: number;
  /**
   * Under load a batch waits until its oldest message has waited this long, in milliseconds; at low load it never waits.
   * Default 5. Larger saves CPU and costs latency under load; 0 never waits.
   */
  readonly lingerMs?: number;
}

export interface RequestOptions {
  /** The same key gets the same reply, for as long as keys are kept (14 days). */
  readonly idempotencyKey?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly broker: boolean;
  readonly database: boolean;
  /** Queues this process should consume and does not. */
  readonly missingConsumers: readonly string[];
}

/**
 * Runs a service's handlers and requests on a transport and a unit of work. Messages are handled at least once on the
 * wire and once in effect: inbox, the handler's writes and the outbox commit together.
 */
export class Endpoint<Tx = unknown> {
  private readonly loop: BatchLoop;
  private readonly outbox: Outbox<Tx>;
  private readonly queues: QueueSource<Tx>[];
  private readonly requests = new Map<unknown, RequestSource<Tx>>();
  private readonly clock: Clock;
  private readonly draining = new AbortController();
  private watchTimer: Timer | undefined;
  private maintainTimer: Timer | undefined;
  private drained: Promise<void> | undefined;

  constructor(private readonly options: EndpointOptions<Tx>) {
    const { service, transport, unitOfWork, logger, concurrentBatches = 1 } = options;
    const observer = safeObserver(options.observer ?? {}, logger);
    this.clock = options.clock ?? systemClock;
    // As many may listen to it as there are messages calling out, or waiting for the broker.
    setMaxListeners(0, this.draining.signal);
    this.loop = new BatchLoop({
      slots: concurrentBatches,
      lingerMs: options.lingerMs ?? LINGER_MS,
      clock: this.clock,
      open: () => this.outbox.hasRoom,
    });
    this.outbox = new Outbox({
      appId: service.name,
      transport,
      unitOfWork,
      logger,
      observer,
      clock: this.clock,
      onRoom: () => this.loop.wake(),
    });
    const source: SourceOptions<Tx> = {
      service: service.name,
      transport,
      unitOfWork,
      outbox: this.outbox,
      loop: this.loop,
      logger,
      observer,
      clock: this.clock,
      context: { signal: this.draining.signal, get: options.get ?? noProvider },
    };
    this.queues = service.handlers.map((handler: Handler<Tx>) => {
      const queue = queueOf(service.name, handler);
      return handler.call ? new CallingSource(queue, handler, source) : new QueueSource(queue, handler, source);
    });
    for (const handler of service.requests) this.requests.set(handler, new RequestSource(handler, source));
    for (const each of [...this.queues, ...this.requests.values()]) this.loop.add(each);
  }

  /** Starts consuming. The transport must be started. Rejects when a queue cannot be consumed. */
  async start(): Promise<void> {
    await this.maintain();
    this.outbox.start();
    await Promise.all(this.queues.map((queue) => queue.subscribe()));
    this.watch();
  }

  /** Hands a request to its handler's next batch. Rejects with what the handler threw for it alone. */
  request<Input, Reply>(
    handler: RequestHandler<Input, Reply, Tx>,
    input: Input,
    options: RequestOptions = {},
  ): Promise<Reply> {
    if (this.draining.signal.aborted) return Promise.reject(new EndpointUnavailable('The service is going down'));
    const source = this.requests.get(handler);
    if (!source) throw new TypeError(`${handler.name} is not among the service's requests`);
    return source.submit(input, options.idempotencyKey) as Promise<Reply>;
  }

  /** A transaction beside the batches (timers, people's actions) whose messages go out as a handler's do. */
  transaction<T>(
    work: (tx: Tx) => Promise<{ result: T; messages: readonly Outgoing<MessageType>[] }>,
    name = 'transaction',
  ): Promise<T> {
    const { unitOfWork, service } = this.options;
    return commitBatch(`${service.name}.${name}`, { unitOfWork, outbox: this.outbox, now: this.clock.now }, async (tx) => {
      const { result, messages } = await work(tx);
      return { result, effects: messages.map((outgoing) => ({ cause: undefined, outgoing })) };
    });
  }

  /**
   * All messages sent to this handler before the moment returned have been handled, as far as this process can tell.
   * Rejects while the broker is away. A deadline due later than this may still have its answer in the queue.
   */
  async horizon(handler: Handler<Tx>): Promise<Date> {
    const queue = this.queues.find((each) => each.queue === queueOf(this.options.service.name, handler));
    if (!queue) throw new TypeError(`${handler.name} is not among the service's handlers`);
    return new Date(await queue.horizon());
  }

  async readiness(): Promise<Readiness> {
    const missingConsumers = this.queues.filter((each) => !each.subscription?.active).map((each) => each.queue);
    const broker = this.options.transport.connected;
    const database = await this.options.unitOfWork.run(async () => true).catch(() => false);
    const ready = broker && database && missingConsumers.length === 0 && !this.draining.signal.aborted;
    return { ready, broker, database, missingConsumers };
  }

  /** Resolves when nothing is being handled and nothing that came waits. For simulations. */
  idle(): Promise<void> {
    return this.loop.idle();
  }

  /**
   * Takes no more, finishes what came, waits for confirms and flushes the acks. What could not be finished in time stays
   * with the broker. Idempotent; the transport stays open.
   */
  drain(): Promise<void> {
    this.drained ??= this.runDrain();
    return this.drained;
  }

  private async runDrain(): Promise<void> {
    this.watchTimer?.cancel();
    this.maintainTimer?.cancel();
    await Promise.allSettled(this.queues.map((queue) => queue.subscription?.cancel()));
    await this.within(this.loop.idle());
    this.draining.abort();
    await this.within(Promise.all(this.queues.map((queue) => queue.moved())));
    await this.within(this.loop.idle());
    await this.outbox.stop(DRAIN_MS);
    await Promise.allSettled(this.queues.map((queue) => queue.subscription?.close()));
  }

  private within(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(() => {
        this.options.logger.warn('Draining takes too long; what is not finished stays with the broker');
        resolve();
      }, DRAIN_MS);
      void work.catch(() => undefined).then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Compares the consumers there should be with those there are; the transport subscribes again by itself. */
  private watch(): void {
    this.watchTimer = this.clock.setTimeout(() => {
      const missing = this.queues.filter((each) => !each.subscription?.active).map((each) => each.queue);
      if (missing.length > 0) this.options.logger.warn('Queues are not being consumed', { queues: missing.join(', ') });
      this.watch();
    }, WATCH_EVERY_MS);
  }

  private async maintain(): Promise<void> {
    const { unitOfWork, logger } = this.options;
    try {
      while (await unitOfWork.run((tx) => unitOfWork.store.maintain(tx, RETENTION_DAYS)))
        if (this.draining.signal.aborted) return;
    } catch (error) {
      logger.warn('Inbox and idempotency keys could not be maintained', { error: String(error) });
    }
    this.maintainTimer = this.clock.setTimeout(() => void this.maintain(), MAINTAIN_EVERY_MS);
  }
}

const noProvider: HandlerContext['get'] = (provider) => {
  throw new TypeError(`No provider for ${provider.name}: give the endpoint a \`get\``);
};
