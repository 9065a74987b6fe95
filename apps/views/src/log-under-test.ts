import type { Outgoing } from '@comptoir/contracts';
import { postgresEventStore, type Append, type NewEvent } from '@comptoir/event-store';
import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';

/** Something that happened, as the company's log has it. */
export interface Entry {
  /** Of the event. */
  readonly id: string;
  readonly event: Outgoing;
  readonly at: Date;
  readonly flow?: string;
}

/** A log of one's own, filled as its owner does. */
export class LogUnderTest {
  private constructor(
    readonly database: FreshDatabase,
    private readonly pool: Pool,
  ) {}

  static async start(): Promise<LogUnderTest> {
    const database = await freshDatabase('event-store');
    return new LogUnderTest(database, pgPool({ connectionString: database.url, applicationName: 'log' }));
  }

  /** As the service that reads it knows it. */
  get url(): string {
    return this.database.urlFor('views');
  }

  /** In this order. Returns the position of the last. */
  async append(...entries: readonly Entry[]): Promise<number> {
    const run = pgUnitOfWork(this.pool).run;
    let last = 0;
    for (const appends of runsOf(entries))
      last = (await run((tx) => postgresEventStore.appendAll(tx, appends))).at(-1)?.positions.at(-1) ?? last;
    return last;
  }

  /** What breaks its contract. */
  async appendRaw(stream: string, type: string, data: unknown): Promise<number> {
    const { positions } = await pgUnitOfWork(this.pool).run((tx) => postgresEventStore.append(tx, stream, [{ type, data }], 'any'));
    return positions[0] as number;
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }
}

const stored = ({ id, event: { type, body }, at, flow }: Entry): NewEvent => ({
  id,
  type: type.name,
  schemaVersion: type.version,
  data: body,
  metadata: flow === undefined ? {} : { flow },
  occurredAt: at,
});

/** An append takes a stream once: the order of the entries is kept by beginning another one. */
function* runsOf(entries: readonly Entry[]): Generator<readonly Append[]> {
  let run = new Map<string, NewEvent>();
  for (const entry of entries) {
    const { type, body } = entry.event;
    if (type.kind !== 'event') throw new TypeError(`${type.name} is no event`);
    const stream = type.streamOf(body);
    if (run.has(stream)) {
      yield appendsOf(run);
      run = new Map();
    }
    run.set(stream, stored(entry));
  }
  if (run.size > 0) yield appendsOf(run);
}

const appendsOf = (run: ReadonlyMap<string, NewEvent>): readonly Append[] =>
  [...run].map(([stream, event]) => ({ stream, events: [event], expected: 'any' as const }));
