import { v7 as uuidv7 } from 'uuid';
import type { StoredEvent } from '../event';
import { RawJson } from '../raw-json';
import type { StoreFixture } from './store-fixture';
import { happened } from './store-fixture';

const numbersOf = (events: readonly StoredEvent[]) => events.map(({ data }) => (data as { n: number }).n);

export function describeRead<Tx>(under: () => StoreFixture<Tx>): void {
  describe('an event', () => {
    it('is read as it was appended', async () => {
      const event = {
        id: uuidv7(),
        type: 'till.counted',
        schemaVersion: 3,
        data: { text: '"quoted", {braced} \u001e é', list: [null, 1.5, { deep: true }] },
        metadata: { correlationId: 'c', causationId: uuidv7(), tenant: 't', actor: 'ada', traceparent: '00-1-2-01', shift: 4 },
        occurredAt: new Date('2026-02-03T04:05:06.789Z'),
      };
      const { positions } = await under().append([event]);
      const [stored] = await under().read();
      expect(stored).toEqual({
        ...event,
        stream: under().stream,
        version: 1,
        position: positions[0],
        recordedAt: stored?.recordedAt,
      });
    });

    it('whose data are given as text is stored and read as the same text, or parsed', async () => {
      const text = '{"amount": 1e2, "count":12345678901234567890, "note":"\\u00e9"}';
      const { positions } = await under().append([happened(1, { data: new RawJson(text) })]);
      expect(await under().read({ raw: true })).toMatchObject([{ data: new RawJson(text) }]);
      expect(await under().readAll({ after: (positions[0] as number) - 1, limit: 1, raw: true })).toMatchObject([{ data: new RawJson(text) }]);
      expect(await under().read()).toMatchObject([{ data: { amount: 100, count: 12345678901234567890, note: 'é' } }]);
    });

    it('has an id, a schema version and a time where none is given', async () => {
      await under().append([{ type: 'till.counted', data: null }]);
      const [stored] = await under().read();
      expect(stored).toMatchObject({ data: null, schemaVersion: 1, metadata: {}, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      expect(stored?.occurredAt).toEqual(stored?.recordedAt);
      expect(Math.abs(Date.now() - (stored as StoredEvent).recordedAt.getTime())).toBeLessThan(3_600_000);
    });
  });

  describe('a stream', () => {
    beforeEach(async () => {
      await under().append([1, 2, 3, 4, 5].map((n) => happened(n)));
    });

    it.each([
      [{}, [1, 2, 3, 4, 5]],
      [{ from: 3 }, [3, 4, 5]],
      [{ from: 2, limit: 2 }, [2, 3]],
      [{ from: 6 }, []],
      [{ direction: 'backwards' } as const, [5, 4, 3, 2, 1]],
      [{ direction: 'backwards', from: 3 } as const, [3, 2, 1]],
      [{ direction: 'backwards', from: 9, limit: 1 } as const, [5]],
      [{ limit: 0 }, []],
    ])('reads %j', async (options, expected) => {
      await under().append([happened(9)], 'any', `${under().stream}-other`);
      expect(await under().numbers(options)).toEqual(expected);
    });

    it('reads what had been recorded by a time', async () => {
      const [first] = await under().read();
      const recorded = (first as StoredEvent).recordedAt;
      expect(await under().numbers({ recordedUntil: recorded })).toEqual([1, 2, 3, 4, 5]);
      expect(await under().numbers({ recordedUntil: new Date(recorded.getTime() - 1) })).toEqual([]);
    });

    it('is empty where there is none', async () => {
      expect(await under().read({}, `till-${uuidv7()}`)).toEqual([]);
    });
  });

  describe('all streams', () => {
    it('are read by position, in pages', async () => {
      const after = await under().head();
      for (const n of [1, 2, 3, 4, 5]) await under().append([happened(n)], 'any', `${under().stream}-${n % 2}`);
      const first = await under().readAll({ after, limit: 3 });
      expect(numbersOf(first)).toEqual([1, 2, 3]);
      expect(first.map(({ position }) => position - after)).toEqual([1, 2, 3]);
      expect(numbersOf(await under().readAll({ after: after + 3, limit: 3 }))).toEqual([4, 5]);
      expect(await under().readAll({ after: after + 5, limit: 3 })).toEqual([]);
    });

    it('are read by type', async () => {
      const after = await under().head();
      const types = ['a', 'b', 'c'].map((name) => `${name}.${uuidv7()}`);
      for (const n of [1, 2, 3, 4, 5, 6, 7]) await under().append([happened(n, { type: types[n % 3] })]);
      const [a = '', b = ''] = types;
      expect(numbersOf(await under().readAll({ after, limit: 10, types: [a, b, a] }))).toEqual([1, 3, 4, 6, 7]);
      expect(numbersOf(await under().readAll({ after: after + 1, limit: 2, types: [b, a] }))).toEqual([3, 4]);
      expect(await under().readAll({ after, limit: 10, types: [] })).toEqual([]);
    });

    it('are read by period, both ends included', async () => {
      const after = await under().head();
      await under().append([happened(1), happened(2)]);
      const [{ recordedAt }] = (await under().readAll({ after, limit: 1 })) as [StoredEvent];
      const at = (ms: number) => new Date(recordedAt.getTime() + ms);
      const numbers = async (recordedFrom?: Date, recordedUntil?: Date) =>
        numbersOf(await under().readAll({ after, limit: 10, recordedFrom, recordedUntil }));
      expect(await numbers(at(0), at(0))).toEqual([1, 2]);
      expect(await numbers(at(1))).toEqual([]);
      expect(await numbers(undefined, at(-1))).toEqual([]);
      const types = ['till.counted'];
      expect(numbersOf(await under().readAll({ after, limit: 10, types, recordedFrom: at(0) }))).toEqual([1, 2]);
      expect(await under().readAll({ after, limit: 10, types, recordedFrom: at(1) })).toEqual([]);
    });

    it('are recorded at times that never go back', async () => {
      const after = await under().head();
      for (const n of [1, 2, 3]) await under().append([happened(n)]);
      const times = (await under().readAll({ after, limit: 10 })).map(({ recordedAt }) => recordedAt.getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });
}
