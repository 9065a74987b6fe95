import { deepStrictEqual } from 'node:assert';
import type { EventType, Outgoing } from '@comptoir/contracts';
import { inMemoryUnitOfWork, type InMemoryTransaction } from '@comptoir/messaging/testing';
import { inMemoryProjectionStore } from '../in-memory/projections';
import type { Projection, ProjectionStore } from '../projection';
import { Projector } from '../projector';
import { sourceOf, type TestSource } from './source-of';

/** Reads all of the read model that belongs to a generation; of one that was never built, nothing. */
export type ReadModel<Tx, R> = (tx: Tx, generation: number) => Promise<R>;

/** Where it is projected to: a database in which the projection has not been built yet. */
export interface Ground<Tx> {
  readonly store: ProjectionStore<Tx>;
  run<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

const inMemory = (): Ground<InMemoryTransaction> => ({ store: inMemoryProjectionStore, run: inMemoryUnitOfWork().run });

/**
 * Given/when/then over a projection, in memory or on a database, by a projector as in a service:
 *
 *     await projectionScenario(balances, readBalances)
 *       .given(Issued({ cardId, amount: 500 }))
 *       .when(Redeemed({ cardId, amount: 300 }))
 *       .thenReads([{ cardId, balance: 200 }]);
 *
 * Events go the way through their contracts and JSON. What was `given` is projected before what is told by `when`.
 */
export function projectionScenario<T extends EventType, R>(
  projection: Projection<InMemoryTransaction, T>,
  read: ReadModel<InMemoryTransaction, R>,
): ProjectionScenario<InMemoryTransaction, T, R>;
export function projectionScenario<Tx, T extends EventType, R>(
  projection: Projection<Tx, T>,
  read: ReadModel<Tx, R>,
  ground: () => Ground<Tx>,
): ProjectionScenario<Tx, T, R>;
export function projectionScenario<T extends EventType, R>(
  projection: Projection<InMemoryTransaction, T>,
  read: ReadModel<InMemoryTransaction, R>,
  ground = inMemory,
): ProjectionScenario<InMemoryTransaction, T, R> {
  return new ProjectionScenario(projection, read, ground, [], []);
}

/** Not a thenable: a test may return it. */
export class ProjectionScenario<Tx, T extends EventType, R> {
  constructor(
    private readonly projection: Projection<Tx, T>,
    private readonly read: ReadModel<Tx, R>,
    private readonly ground: () => Ground<Tx>,
    private readonly past: readonly Outgoing<T>[],
    private readonly news: readonly Outgoing<T>[],
  ) {}

  /** What happened before, and is in the read model. */
  given(...events: readonly Outgoing<T>[]): ProjectionScenario<Tx, T, R> {
    return new ProjectionScenario(this.projection, this.read, this.ground, [...this.past, ...events], this.news);
  }

  /** What happens now. */
  when(...events: readonly Outgoing<T>[]): ProjectionScenario<Tx, T, R> {
    return new ProjectionScenario(this.projection, this.read, this.ground, this.past, [...this.news, ...events]);
  }

  /**
   * The read model is exactly this, nothing is parked; a rebuild, which takes all events at once, says the same, and leaves
   * nothing behind of the build that it replaces. Rejects with the difference.
   */
  async thenReads(expected: R): Promise<void> {
    const { ground, projector } = await this.project();
    const readOf = (generation: number) => ground.run((tx) => this.read(tx, generation));
    const parked = await this.parked(ground);
    if (parked.length > 0) throw new Error(`should take all events, but parked ${parked.map(({ type, error }) => `${type}: ${error}`).join('; ')}`);
    const [live] = await projector.lag();
    const first = live?.generation ?? 0;
    deepStrictEqual(await readOf(first), expected);
    await projector.rebuild();
    await projector.catchUp();
    const same = (actual: R, wanted: R, what: string) => {
      try {
        deepStrictEqual(actual, wanted);
      } catch (error) {
        throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    };
    same(await readOf(first + 1), expected, 'A rebuild says otherwise');
    same(await readOf(first), await readOf(first + 2), 'clear leaves something of the build that was replaced');
  }

  /** It cannot take events of these types, in this order, and goes on without them. */
  async thenParks(...types: readonly T[]): Promise<void> {
    const { ground } = await this.project();
    deepStrictEqual((await this.parked(ground)).map(({ type }) => type), types.map(({ name }) => name));
  }

  private async project(): Promise<{ ground: Ground<Tx>; projector: Projector<Tx, T> }> {
    const ground = this.ground();
    const source: TestSource<T> = await sourceOf(this.projection.events, ...this.past);
    const projector = new Projector({ projection: this.projection, source, ...ground });
    await projector.catchUp();
    await source.add(...this.news);
    await projector.catchUp();
    return { ground, projector };
  }

  private parked({ store, run }: Ground<Tx>) {
    return run((tx) => store.parked(tx, this.projection.name));
  }
}
