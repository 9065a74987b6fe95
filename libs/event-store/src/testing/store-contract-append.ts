import { v7 as uuidv7 } from 'uuid';
import { ConcurrencyConflict, EventIdTaken } from '../errors';
import type { ExpectedVersion } from '../store';
import type { StoreFixture } from './store-fixture';
import { happened } from './store-fixture';

export function describeAppend<Tx>(under: () => StoreFixture<Tx>): void {
  const another = () => `drawer-${uuidv7()}`;

  describe('an append', () => {
    it('counts the versions of its stream and the positions of the store', async () => {
      const head = await under().head();
      const { stream } = under();
      expect(await under().append([happened(1), happened(2)], 'no-stream')).toEqual({
        stream,
        version: 2,
        positions: [head + 1, head + 2],
        recordedAt: (await under().read()).at(-1)?.recordedAt,
        repeated: false,
      });
      expect(await under().append([happened(3)], 2)).toMatchObject({ version: 3, positions: [head + 3] });
      expect(await under().append([happened(4)], 'any')).toMatchObject({ version: 4, positions: [head + 4] });
      expect(await under().head()).toBe(head + 4);
      expect(await under().numbers()).toEqual([1, 2, 3, 4]);
    });

    it('expects version 0 of a stream that is not there', async () => {
      expect(await under().append([happened(1)], 0)).toMatchObject({ version: 1 });
    });

    it.each<[ExpectedVersion, number]>([
      ['no-stream', 2],
      [0, 2],
      [1, 2],
      [3, 2],
    ])('that expects %s is refused where the stream is elsewhere, and writes nothing', async (expected, actual) => {
      await under().append([happened(1), happened(2)]);
      const head = await under().head();
      const { stream } = under();
      const refused = under().append([happened(9)], expected);
      await expect(refused).rejects.toBeInstanceOf(ConcurrencyConflict);
      await expect(refused).rejects.toMatchObject({
        code: 'concurrency-conflict',
        data: { stream, expected: expected === 'no-stream' ? 0 : expected, actual },
      });
      expect(await under().numbers()).toEqual([1, 2]);
      expect(await under().head()).toBe(head);
    });

    it('that expects a version of no stream is refused', async () => {
      await expect(under().append([happened(1)], 1)).rejects.toMatchObject({ data: { expected: 1, actual: 0 } });
    });

    it('refused leaves its transaction as good as before', async () => {
      await under().append([happened(1)]);
      await under().run(async (tx) => {
        const { store, stream } = under();
        await expect(store.append(tx, stream, [happened(2)], 0)).rejects.toBeInstanceOf(ConcurrencyConflict);
        await store.append(tx, stream, [happened(3)], 1);
      });
      expect(await under().numbers()).toEqual([1, 3]);
    });

    it('is gone, position and all, when its transaction fails', async () => {
      const head = await under().head();
      const failing = under().run(async (tx) => {
        await under().store.append(tx, under().stream, [happened(1)], 'no-stream');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await under().read()).toEqual([]);
      expect(await under().append([happened(2)])).toMatchObject({ positions: [head + 1], version: 1 });
    });

    it('is seen by its own transaction, and followed by another one', async () => {
      await under().run(async (tx) => {
        const { store, stream } = under();
        await store.append(tx, stream, [happened(1)], 'no-stream');
        expect(await store.readStream(tx, stream)).toHaveLength(1);
        await store.append(tx, stream, [happened(2)], 1);
      });
      expect(await under().numbers()).toEqual([1, 2]);
    });

    it.each([
      ['no events', () => under().append([])],
      ['a version below zero', () => under().append([happened(1)], -1)],
      ['half a version', () => under().append([happened(1)], 1.5)],
      ['an id that comes twice', () => under().append([happened(1, { id: under().stream.slice(5) }), happened(2, { id: under().stream.slice(5) })])],
      ['no data', () => under().append([happened(1, { data: undefined })])],
      ['a stream without a name', () => under().append([happened(1)], 'any', '')],
      ['two appends to a stream', () => under().appendAll(...[1, 2].map((n) => ({ stream: 'a', events: [happened(n)], expected: 'any' as const })))],
    ])('with %s makes no sense', async (_, appending) => {
      await expect(appending()).rejects.toBeInstanceOf(TypeError);
    });
  });

  describe('appends to several streams', () => {
    it('are numbered in the given order', async () => {
      const [head, second] = [await under().head(), another()];
      const { stream: first } = under();
      await under().append([happened(1)], 'any', first);
      const appended = await under().appendAll(
        { stream: second, events: [happened(2), happened(3)], expected: 'no-stream' },
        { stream: first, events: [happened(4)], expected: 1 },
      );
      expect(appended).toMatchObject([
        { stream: second, version: 2, positions: [head + 2, head + 3], repeated: false },
        { stream: first, version: 2, positions: [head + 4], repeated: false },
      ]);
      expect(await under().numbers({}, second)).toEqual([2, 3]);
    });

    it('are all or none', async () => {
      const second = another();
      const appending = under().appendAll(
        { stream: second, events: [happened(1)], expected: 'no-stream' },
        { stream: under().stream, events: [happened(2)], expected: 7 },
      );
      await expect(appending).rejects.toMatchObject({ data: { stream: under().stream, expected: 7, actual: 0 } });
      expect(await under().read({}, second)).toEqual([]);
    });

    it('may be none at all', async () => {
      expect(await under().appendAll()).toEqual([]);
    });
  });

  describe('an append that comes again', () => {
    it.each<[ExpectedVersion]>([['any'], [1]])('is a success that writes nothing, expecting %s', async (expected) => {
      await under().append([happened(1)]);
      const events = [happened(2), happened(3)];
      const first = await under().append(events, expected);
      await under().append([happened(4)]);
      const head = await under().head();
      expect(await under().append(events, expected)).toEqual({ ...first, repeated: true });
      expect(await under().head()).toBe(head);
      expect(await under().numbers()).toEqual([1, 2, 3, 4]);
    });

    it('may come with new ones, which are written', async () => {
      const [events, second, head] = [[happened(1)], another(), await under().head()];
      await under().append(events);
      const appended = await under().appendAll(
        { stream: under().stream, events, expected: 'any' },
        { stream: second, events: [happened(2)], expected: 'any' },
      );
      expect(appended).toMatchObject([
        { stream: under().stream, version: 1, positions: [head + 1], repeated: true },
        { stream: second, version: 1, positions: [head + 2], repeated: false },
      ]);
    });

    it.each<[string, (events: ReturnType<typeof happened>[]) => Promise<unknown>]>([
      ['in part', ([first]) => under().append([first!, happened(9)])],
      ['in another order', (events) => under().append([...events].reverse())],
      ['at another version', (events) => under().append(events, 1)],
      ['to another stream', (events) => under().append(events, 'any', another())],
    ])('%s is refused, for its ids are taken', async (_, again) => {
      const events = [happened(1), happened(2)];
      await under().append(events);
      const appending = again(events);
      await expect(appending).rejects.toBeInstanceOf(EventIdTaken);
      await expect(appending).rejects.toMatchObject({ code: 'event-id-taken', data: { takenBy: { stream: under().stream } } });
      expect(await under().numbers()).toEqual([1, 2]);
    });
  });
}
