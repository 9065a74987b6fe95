import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { ConcurrencyConflict } from '../errors';
import type { Append, ExpectedVersion } from '../store';
import type { StoreFixture } from './store-fixture';
import { happened } from './store-fixture';

/** What the store should hold: streams and events in the order of their appends. */
class Model {
  private readonly log: { readonly stream: string; readonly n: number }[] = [];

  stream(name: string): readonly number[] {
    return this.log.filter(({ stream }) => stream === name).map(({ n }) => n);
  }

  get all(): readonly number[] {
    return this.log.map(({ n }) => n);
  }

  /** Whether it may happen; then it has. */
  append(appends: readonly Planned[]): boolean {
    const fits = appends.every(({ stream, expected }) => expected === 'any' || this.version(expected) === this.stream(stream).length);
    if (fits) for (const { stream, numbers } of appends) this.log.push(...numbers.map((n) => ({ stream, n })));
    return fits;
  }

  private version(expected: Exclude<ExpectedVersion, 'any'>): number {
    return expected === 'no-stream' ? 0 : expected;
  }
}

interface Planned {
  readonly stream: string;
  readonly numbers: readonly number[];
  readonly expected: ExpectedVersion;
}

const STREAMS = ['a', 'b', 'c'];
const expected: fc.Arbitrary<ExpectedVersion> = fc.oneof(fc.constantFrom('any' as const, 'no-stream' as const), fc.nat(6));
const planned = fc.record({ stream: fc.constantFrom(...STREAMS), numbers: fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }), expected });
const turn = fc.record({
  appends: fc.uniqueArray(planned, { selector: ({ stream }) => stream, minLength: 1, maxLength: 3 }),
  /** Sends what was accepted once more: its answer was lost. */
  again: fc.boolean(),
  /** Its transaction fails after all. */
  rolledBack: fc.boolean(),
});
const reading = fc.record({
  stream: fc.constantFrom(...STREAMS),
  direction: fc.constantFrom('forwards' as const, 'backwards' as const),
  from: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  limit: fc.option(fc.nat(6), { nil: undefined }),
});

class RolledBack extends Error {}

/** Any appends and reads are as those of a plain list. Call it inside a `describe`. */
export function describeProperties<Tx>(under: () => StoreFixture<Tx>, options: { numRuns: number }): void {
  it('holds what a plain list would, whatever is appended and read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 12 }), fc.array(reading, { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), async (turns, readings, page) => {
        const [model, run, start] = [new Model(), uuidv7(), await under().head()];
        const named = (stream: string) => `${stream}-${run}`;
        for (const { appends, again, rolledBack } of turns) {
          const real = appends.map(({ stream, numbers, expected }): Append => ({
            stream: named(stream), events: numbers.map((n) => happened(n)), expected,
          }));
          if (rolledBack) await expect(tried(real, true)).resolves.toBe(false);
          else {
            const accepted = await tried(real, false);
            expect(accepted).toBe(model.append(appends));
            if (accepted && again) expect(await tried(real, false)).toBe(true);
          }
        }
        for (const { stream, direction, from, limit } of readings) {
          const numbers = model.stream(stream);
          const wanted = direction === 'forwards' ? numbers.slice((from ?? 1) - 1) : numbers.slice(0, from).reverse();
          expect(await under().numbers({ direction, from, limit }, named(stream))).toEqual(wanted.slice(0, limit));
        }
        const read: number[] = [];
        for (let after = start; ; after += page) {
          const events = await under().readAll({ after, limit: page });
          read.push(...events.map(({ data }) => (data as { n: number }).n));
          expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => after + index + 1));
          if (events.length < page) break;
        }
        expect(read).toEqual(model.all);
      }),
      options,
    );
  });

  const tried = async (appends: readonly Append[], rolledBack: boolean): Promise<boolean> => {
    try {
      await under().run(async (tx) => {
        await under().store.appendAll(tx, appends);
        if (rolledBack) throw new RolledBack();
      });
      return true;
    } catch (error) {
      if (error instanceof ConcurrencyConflict || error instanceof RolledBack) return false;
      throw error;
    }
  };
}
