import { event } from '@comptoir/contracts';
import type { EventType } from '@comptoir/contracts';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { eventTypes } from '../event-types';
import type { Projection, ProjectionStore } from '../projection';
import { Projector } from '../projector';
import type { ProjectorOptions } from '../projector';
import type { EventStore } from '../store';

/** A read model of sums by generation, and what a projection of it needs. */
export interface ProjectionsUnderTest<Tx> {
  readonly store: ProjectionStore<Tx>;
  readonly events: EventStore<Tx>;
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Adds to a sum. */
  add(tx: Tx, name: string, generation: number, n: number): Promise<void>;
  clear(tx: Tx, name: string, generation: number): Promise<void>;
  /** The sums of a name's generations, where there are any. */
  sums(tx: Tx, name: string): Promise<Readonly<Record<number, number>>>;
}

const of = z.object({ n: z.int() });

/** Short words for what the contract does. Each has a projection and an event type of its own. */
export class ProjectionFixture<Tx> {
  readonly id = uuidv7();
  readonly name = `sums-${this.id}`;
  readonly Counted = event(`tills.counted-${this.id}`, 1, of, { stream: () => this.name });

  constructor(private readonly under: ProjectionsUnderTest<Tx>) {}

  get store(): ProjectionStore<Tx> {
    return this.under.store;
  }

  readonly run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => this.under.run(work);
  readonly sums = () => this.run((tx) => this.under.sums(tx, this.name));
  readonly generations = async () =>
    (await this.run((tx) => this.store.generations(tx, this.name))).map(({ generation, version, live }) => [generation, version, live]);
  readonly parked = () => this.run((tx) => this.store.parked(tx, this.name));
  readonly append = (data: readonly unknown[], type: string = this.Counted.name) =>
    this.run((tx) => this.under.events.append(tx, this.name, data.map((each) => ({ type, data: each })), 'any'));
  readonly count = (...numbers: number[]) => this.append(numbers.map((n) => ({ n })));

  /** Sums up; `before` may fail. */
  projection(version = 1, before: (n: number) => unknown = () => undefined): Projection<Tx, EventType<string, typeof of>> {
    const { name } = this;
    return {
      name,
      version,
      events: eventTypes(this.Counted),
      batch: async (events, tx, generation) => {
        for (const { data } of events) {
          await this.under.add(tx, name, generation, data.n * version);
          before(data.n);
        }
      },
      clear: (tx, generation) => this.under.clear(tx, name, generation),
    };
  }

  projector(
    projection = this.projection(),
    options: Partial<Pick<ProjectorOptions<Tx, EventType>, 'batchSize' | 'maxParked' | 'onProjected'>> = {},
  ): Projector<Tx> {
    const { events, run } = this.under;
    const source = {
      head: () => run((tx) => events.head(tx)),
      readAll: (options: Parameters<typeof events.readAll>[1]) => run((tx) => events.readAll(tx, options)),
    };
    return new Projector<Tx>({ batchSize: 2, ...options, projection: projection as Projection<Tx>, source, store: this.store, run });
  }
}
