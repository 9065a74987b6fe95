import { settled, systemClock, type Clock, type Timer } from '../clock';
import type { Topology } from '../topology';
import { sameStep, type Choice, type Fault } from './choice';
import type { Connection } from './connection';
import { faultsOf, inject } from './faults';
import type { Stored } from './queue';
import { random } from './random';
import { BrokerState } from './state';
import { InMemoryTransport } from './transport';

export interface InMemoryBrokerOptions {
  /** For time to live. Default: the system's; simulations give a virtual one. */
  readonly clock?: Clock;
  /** Chooses where `step` is not told. The same seed and the same calls give the same run. Default 1. */
  readonly seed?: number;
}

/**
 * RabbitMQ's behaviour without RabbitMQ, one step at a time: `choices` says what can happen next, `step` makes one of
 * them happen. Nothing happens by itself, unless `run` was called. Covers what the library uses: topic exchanges,
 * mandatory returns, confirms, quorum queues with delivery counts and limits, TTL, at-least-once dead-lettering,
 * prefetch, and the ways all that fails (`inject`). Durable: what it stored survives `stop`.
 */
export class InMemoryBroker {
  readonly clock: Clock;
  private readonly state: BrokerState;
  private readonly chance: () => number;
  private running = false;
  private scheduled = false;
  private timer: Timer | undefined;

  constructor(topology: Topology, { clock = systemClock, seed = 1 }: InMemoryBrokerOptions = {}) {
    this.clock = clock;
    this.state = new BrokerState(topology, clock);
    this.chance = random(seed);
  }

  /** A client of the broker. A name in use gets a number behind it; choices and faults name connections. */
  connect(name: string, options: { timeoutMs?: number } = {}): InMemoryTransport {
    let unique = name;
    for (let n = 2; this.state.connections.has(unique); n++) unique = `${name}#${n}`;
    return new InMemoryTransport(this, unique, options.timeoutMs);
  }

  /** Everything that can happen next, in a stable order. */
  choices(): Choice[] {
    return this.state.choices();
  }

  /** Makes one thing happen: the one given, or one by chance. Returns it; `undefined` where nothing can happen. */
  step(choice?: Choice): Choice | undefined {
    const choices = this.choices();
    const chosen = choice
      ? choices.find((each) => sameStep(each, choice))
      : choices[Math.floor(this.chance() * choices.length)];
    if (choice && !chosen) throw new Error(`Cannot happen now: ${JSON.stringify(choice)}`);
    if (chosen) this.state.perform(chosen);
    return chosen;
  }

  /** Steps until nothing can happen without time passing, and the clients' own work has settled. */
  async settle(): Promise<void> {
    // Work in progress may need a few turns of the event loop before it asks for the next step.
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.step()) quiet = 0;
      await settled();
    }
  }

  /** Steps by itself from now on, whenever something can happen, until the function it returns is called. */
  run(): () => void {
    this.running = true;
    this.changed();
    return () => {
      this.running = false;
      this.timer?.cancel();
    };
  }

  /** The faults that could be injected now. Whether anyone wants them is not the broker's to say. */
  faults(): Fault[] {
    return faultsOf(this.state);
  }

  /** Makes one thing go wrong. Throws where it cannot: see `faults`. */
  inject(fault: Fault): void {
    inject(this.state, fault);
    this.changed();
  }

  /** The broker goes down: every client is disconnected, and stays so until `start`. */
  stop(): void {
    this.state.stopped = true;
    for (const connection of this.state.connections.values()) this.state.drop(connection);
  }

  start(): void {
    this.state.stopped = false;
    this.changed();
  }

  /** With `maxLength` messages waiting, the queue refuses more. */
  limit(queue: string, maxLength: number): void {
    this.state.queue(queue).maxLength = maxLength;
  }

  /** The messages waiting in a queue, head first. */
  messages(queue: string): readonly Stored[] {
    return [...this.state.queue(queue).ready];
  }

  /** For its clients: a connection that may open. */
  attach(connection: Connection): void {
    this.state.connections.set(connection.name, connection);
    this.changed();
  }

  /** For its clients: a connection that is over. */
  detach(connection: Connection): void {
    this.state.connections.delete(connection.name);
    this.state.drop(connection);
    this.changed();
  }

  /** For its clients: something may have become possible. */
  changed(): void {
    if (!this.running || this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.running) return;
      while (this.step());
      this.wakeWhenDue();
    });
  }

  private wakeWhenDue(): void {
    this.timer?.cancel();
    const due = [...this.state.queues.values()].flatMap(({ nextDue }) => nextDue ?? []);
    if (due.length === 0 || this.state.stopped) return;
    this.timer = this.clock.setTimeout(() => this.changed(), Math.min(...due) - this.clock.now());
  }
}
