import { event } from '@comptoir/contracts';
import fc from 'fast-check';
import { z } from 'zod';
import { eventTypes } from './event-types';
import type { EventSource } from './projector';
import { Tail } from './tail';
import { sourceOf } from './testing';

const of = z.object({ n: z.int() });
const stream = { stream: () => 'till' };
const Opened = event('tills.opened', 1, of, stream);
const Counted = event('tills.counted', 1, of, stream);
const Other = event('tills.audited', 1, of, stream);
const types = eventTypes(Opened, Counted, Other);
const kept = [Opened.name, Counted.name];

/** How often the log itself is read. */
function counting(source: EventSource) {
  const reads = { head: 0, all: 0 };
  const counted: EventSource = {
    head: () => ((reads.head += 1), source.head()),
    readAll: (options) => ((reads.all += 1), source.readAll(options)),
  };
  return { reads, counted };
}

it('answers those who have kept up without reading the log again', async () => {
  const log = await sourceOf(types, Opened({ n: 1 }));
  const { reads, counted } = counting(log);
  const tail = new Tail({ source: counted, types: kept });
  expect(await tail.refresh()).toBe(1);
  await log.add(Counted({ n: 2 }), Other({ n: 3 }), Counted({ n: 4 }));
  expect(await tail.head()).toBe(1);
  expect(await Promise.all([tail.refresh(), tail.refresh()])).toEqual([4, 4]);
  const one = await tail.readAll({ after: 1, limit: 10, types: kept });
  const two = await tail.readAll({ after: 2, limit: 10, types: [Counted.name] });
  expect([one, two].map((events) => events.map(({ position }) => position))).toEqual([[2, 4], [4]]);
  expect(reads).toEqual({ head: 2, all: 1 });
});

it('reads the log for those who are far behind, who want other types, or a period', async () => {
  const log = await sourceOf(types, Opened({ n: 1 }), Counted({ n: 2 }), Other({ n: 3 }));
  const { reads, counted } = counting(log);
  const tail = new Tail({ source: counted, types: kept });
  await tail.refresh();
  expect(await tail.readAll({ after: 0, limit: 10, types: kept })).toHaveLength(2);
  expect(await tail.readAll({ after: 3, limit: 10, types: [Other.name] })).toHaveLength(0);
  expect(await tail.readAll({ after: 3, limit: 10 })).toHaveLength(0);
  expect(await tail.readAll({ after: 3, limit: 10, types: kept, recordedUntil: new Date() })).toHaveLength(0);
  expect(reads.all).toBe(4);
});

it('says what the log says, however much it keeps and whoever reads when', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          add: fc.array(fc.constantFrom(Opened, Counted, Other), { maxLength: 6 }),
          after: fc.nat(40),
          limit: fc.integer({ min: 1, max: 5 }),
        }),
        { maxLength: 15 },
      ),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 4 }),
      async (turns, capacity, pageSize) => {
        const log = await sourceOf(types);
        const tail = new Tail({ source: log, types: kept, capacity, pageSize });
        for (const { add, after, limit } of turns) {
          await log.add(...add.map((type, n) => type({ n })));
          const head = await tail.refresh();
          const options = { after, limit, types: [Counted.name, Opened.name] };
          const told = await tail.readAll(options);
          const truth = await log.readAll(options);
          // It may not have come to the end yet, but leaves nothing out before that.
          expect(told).toEqual(truth.slice(0, told.length));
          for (const missing of truth.slice(told.length)) expect(missing.position).toBeGreaterThan(head);
        }
      },
    ),
    { numRuns: 200 },
  ));
