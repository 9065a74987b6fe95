import fc from 'fast-check';
import type { Arrival } from './arrival';
import { place, type Known, type Placed } from './placing';

const occurredAt = new Date(0);
const arrival = (stream: string, version: number, id = `${stream}${version}`): Arrival => ({
  stream,
  version,
  id,
  type: 'till.counted',
  schemaVersion: 1,
  json: '{}',
  metadata: {},
  occurredAt,
});
const known = (given: Partial<Known> = {}): Known => ({ last: new Map(), held: [], places: new Map(), ...given });

/** The log and what it holds, kept by the rules alone. */
class Log {
  readonly streams = new Map<string, string[]>();
  readonly quarantined: string[] = [];
  held: Arrival[] = [];
  positions = 0;

  take(...arrivals: Arrival[]): Placed {
    const streams = new Set(arrivals.map(({ stream }) => stream));
    const places = new Map([...this.streams].flatMap(([stream, ids]) => ids.map((id, index) => [id, { stream, version: index + 1 }] as const)));
    const last = new Map([...this.streams].map(([stream, ids]) => [stream, ids.length]));
    const placed = place(arrivals, { last, places, held: this.held.filter(({ stream }) => streams.has(stream)) });
    for (const { stream, expected, events } of placed.appends) {
      const ids = this.streams.get(stream) ?? [];
      if (ids.length !== expected) throw new Error(`${stream} is at ${ids.length}, not ${expected}`);
      events.forEach(({ version, id }, index) => {
        if (version !== expected + index + 1) throw new Error(`${stream} would have ${version} after ${expected + index}`);
        ids.push(id);
      });
      this.streams.set(stream, ids);
      this.positions += events.length;
    }
    const isReleased = (event: Arrival) => placed.release.some(({ stream, version }) => stream === event.stream && version === event.version);
    this.held = [...this.held.filter((event) => !isReleased(event)), ...placed.hold];
    this.quarantined.push(...placed.quarantine.map(({ event, reason }) => `${event.id} ${reason}`));
    return placed;
  }
}

/** Any split of a list into batches. */
const inBatches = <T>(list: readonly T[], sizes: readonly number[]): T[][] => {
  const batches: T[][] = [];
  for (let from = 0, nth = 0; from < list.length; nth += 1) {
    const size = sizes[nth % sizes.length] as number;
    batches.push(list.slice(from, from + size));
    from += size;
  }
  return batches;
};

describe('the log', () => {
  it('takes what follows the last version, however it is shuffled in the batch', () => {
    const log = new Log();
    log.take(arrival('a', 2), arrival('b', 1), arrival('a', 1));
    expect([...log.streams]).toEqual([['a', ['a1', 'a2']], ['b', ['b1']]]);
    expect(log.held).toEqual([]);
  });

  it('holds what has no predecessor, and releases all that follows when it comes', () => {
    const log = new Log();
    log.take(arrival('a', 3), arrival('a', 5));
    expect(log.held.map(({ id }) => id)).toEqual(['a3', 'a5']);
    log.take(arrival('a', 1), arrival('a', 2));
    expect(log.streams.get('a')).toEqual(['a1', 'a2', 'a3']);
    expect(log.held.map(({ id }) => id)).toEqual(['a5']);
  });

  it('keeps the first event at a version, kept or held, and quarantines another', () => {
    const log = new Log();
    log.take(arrival('a', 1), arrival('a', 3), arrival('a', 1, 'x'), arrival('a', 3, 'y'));
    log.take(arrival('a', 1, 'z'));
    log.take(arrival('a', 3, 'w'), arrival('a', 2));
    expect(log.streams.get('a')).toEqual(['a1', 'a2', 'a3']);
    expect(log.quarantined).toEqual(['x version-taken', 'y version-taken', 'z version-taken', 'w version-taken']);
  });

  it('knows a duplicate whether the first is kept, held or in the batch', () => {
    const log = new Log();
    expect(log.take(arrival('a', 1), arrival('a', 1), arrival('a', 3)).duplicates).toBe(1);
    expect(log.take(arrival('a', 1), arrival('a', 3)).duplicates).toBe(2);
    expect(log.quarantined).toEqual([]);
  });

  it('quarantines an id that is in it elsewhere, or comes twice in a batch', () => {
    const log = new Log();
    log.take(arrival('a', 1, 'id'));
    log.take(arrival('b', 1, 'id'), arrival('c', 1, 'new'), arrival('d', 1, 'new'));
    expect(log.quarantined).toEqual(['id id-taken', 'new id-taken']);
    expect(log.streams.has('d')).toBe(false);
  });

  it('does not hold on to what it holds by mistake', () => {
    const held = [arrival('a', 2), arrival('a', 4, 'elsewhere'), arrival('a', 1, 'late')];
    const places = new Map([['a2', { stream: 'a', version: 2 }], ['elsewhere', { stream: 'b', version: 1 }]]);
    const placed = place([arrival('a', 4, 'right')], known({ last: new Map([['a', 2]]), held, places }));
    expect(placed).toEqual({
      appends: [],
      release: held,
      hold: [arrival('a', 4, 'right')],
      quarantine: [{ event: held[1], reason: 'id-taken' }, { event: held[2], reason: 'version-taken' }],
      duplicates: 1,
    });
  });
});

const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

it('ends with the same streams whatever the order, the duplicates and the batches', () => {
  const story = lengths.chain((counts) => {
    const events = counts.flatMap((count, stream) => Array.from({ length: count }, (_, index) => arrival(`s${stream}-`, index + 1)));
    return fc
      .shuffledSubarray(events, { minLength: 0 })
      .chain((twice) => fc.shuffledSubarray([...events, ...twice], { minLength: events.length + twice.length }))
      .map((told) => ({ counts, told }));
  });
  fc.assert(
    fc.property(story, sizes, ({ counts, told }, batchSizes) => {
      const log = new Log();
      for (const batch of inBatches(told, batchSizes)) log.take(...batch);
      const expected = counts.map((count, stream) => Array.from({ length: count }, (_, index) => `s${stream}-${index + 1}`));
      expect(counts.map((_, stream) => log.streams.get(`s${stream}-`))).toEqual(expected);
      expect({ held: log.held, quarantined: log.quarantined }).toEqual({ held: [], quarantined: [] });
    }),
    { numRuns: 300 },
  );
});

it('loses nothing: every event is in the log, held or quarantined, with rivals for versions and ids too', () => {
  const event = fc.record({ stream: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 6 }), id: fc.integer({ min: 1, max: 14 }) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), sizes, (told, batchSizes) => {
      const log = new Log();
      const arrivals = told.map(({ stream, version, id }) => arrival(stream, version, `id${id}`));
      for (const batch of inBatches(arrivals, batchSizes)) log.take(...batch);
      const somewhere = new Set([...[...log.streams.values()].flat(), ...log.held.map(({ id }) => id), ...log.quarantined.map((each) => each.split(' ')[0])]);
      for (const { id } of arrivals) expect(somewhere).toContain(id);
      const kept = [...log.streams.values()].flat();
      expect(new Set(kept).size).toBe(kept.length);
    }),
    { numRuns: 500 },
  );
});
