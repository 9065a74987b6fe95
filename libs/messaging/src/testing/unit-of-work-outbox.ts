import type { OutboxRow } from '../unit-of-work';
import { gate, nextId, outgoing, Rollback, type UnitOfWorkTest } from './unit-of-work-test';

/** Rows of any age: a clock that rounds may have stored them in the future. */
const ANY = { ageMs: -60_000, limit: 1_000, except: [] as readonly string[] };

export function testRecording<Tx>(test: UnitOfWorkTest<Tx>): void {
  const store = () => test.setup.unitOfWork.store;
  /** Records in a transaction of its own; the versions in the order of the rows. */
  const record = (rows: readonly OutboxRow[], confirmed: readonly string[] = []) =>
    test.run(async (tx) => {
      const versions = await store().record(tx, rows, confirmed);
      return rows.map(({ id }) => versions.get(id));
    });
  const stored = async () => (await test.run((tx) => store().sweep(tx, ANY))).map(({ id }) => id);

  describe('recording messages', () => {
    it('counts the versions of each stream from 1, in the order of the batch', async () => {
      const streams = ['a', 'b', 'a', undefined, 'a', 'b'];
      expect(await record(streams.map((stream) => outgoing(stream)))).toEqual([1, 1, 2, undefined, 3, 2]);
      expect(await record([outgoing('b'), outgoing('c'), outgoing('a')])).toEqual([3, 1, 4]);
    });

    it('counts on within one transaction', async () => {
      const versions = await test.run(async (tx) => {
        const rows = [outgoing('a'), outgoing('a')] as const;
        const first = await store().record(tx, [rows[0]], []);
        const second = await store().record(tx, [rows[1]], []);
        return [first.get(rows[0].id), second.get(rows[1].id)];
      });
      expect(versions).toEqual([1, 2]);
    });

    it('leaves no gap where a transaction failed', async () => {
      await record([outgoing('a')]);
      const failed = test.run(async (tx) => {
        await store().record(tx, [outgoing('a'), outgoing('a')], []);
        throw new Rollback('no');
      });
      await expect(failed).rejects.toThrow(Rollback);
      expect(await record([outgoing('a')])).toEqual([2]);
    });

    it('from many sides at once gives each version of a stream once', async () => {
      const streams = ['a', 'Ä', 'b', 'B', '10', '9'];
      const batches = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? streams : [...streams].reverse()));
      const results = await Promise.all(
        batches.map(async (batch) => {
          const rows = [...batch, ...batch].map((stream) => outgoing(stream));
          return { rows, versions: await record(rows) };
        }),
      );
      for (const stream of streams) {
        const each = results.map(({ rows, versions }) => versions.filter((_, n) => rows[n]?.stream === stream));
        for (const [first, second] of each) expect(second).toBe((first ?? NaN) + 1);
        expect(each.flat().sort((x, y) => (x ?? 0) - (y ?? 0))).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      }
    });

    it('removes what was confirmed before, and only that', async () => {
      const [a, b, c] = [outgoing('a'), outgoing(undefined), outgoing('c')];
      await record([a, b]);
      await record([c], [a.id, nextId()]);
      expect(await stored()).toEqual([b.id, c.id]);
      await record([], [b.id, c.id]);
      expect(await stored()).toEqual([]);
    });

    it('does not remove anything when the transaction fails', async () => {
      const a = outgoing('a');
      await record([a]);
      const failed = test.run(async (tx) => {
        await store().record(tx, [], [a.id]);
        throw new Rollback('no');
      });
      await expect(failed).rejects.toThrow(Rollback);
      expect(await stored()).toEqual([a.id]);
    });

    it('keeps every field as it was', async () => {
      const first = outgoing('straße');
      const row = outgoing('straße', {
        body: '{ "n" : 1.0,\n "text": "50 € 🛒 \\u00e9 \\"x\\"", "n": 2 }',
        headers: { flow: 'morning', attempt: 3, urgent: false, tenant: undefined, 'causation-id': 'ö' },
        mandatory: true,
      });
      await record([first, row]);
      const [, found] = await test.run((tx) => store().sweep(tx, ANY));
      const headers = { flow: 'morning', attempt: 3, urgent: false, 'causation-id': 'ö' };
      expect(found).toEqual({ ...row, headers, streamVersion: 2 });
    });

    it('keeps a message that belongs to no stream without one', async () => {
      await record([outgoing(undefined)]);
      const [found] = await test.run((tx) => store().sweep(tx, ANY));
      expect([found?.stream, found?.streamVersion]).toEqual([undefined, undefined]);
    });
  });
}

export function testSweeping<Tx>(test: UnitOfWorkTest<Tx>): void {
  const store = () => test.setup.unitOfWork.store;
  const sweep = (options: Partial<typeof ANY> = {}) =>
    test.run(async (tx) => (await store().sweep(tx, { ...ANY, ...options })).map(({ id }) => id));

  describe('sweeping the outbox', () => {
    it('finds the oldest first, at most the limit, without those excepted', async () => {
      const rows = Array.from({ length: 5 }, () => outgoing(undefined));
      const [a, b, c, d, e] = rows.map(({ id }) => id) as [string, string, string, string, string];
      await test.run((tx) => store().record(tx, [...rows].reverse(), []));
      expect(await sweep()).toEqual([a, b, c, d, e]);
      expect(await sweep({ limit: 2 })).toEqual([a, b]);
      expect(await sweep({ limit: 3, except: [a, c] })).toEqual([b, d, e]);
    });

    it('leaves alone what is not old enough', async () => {
      await test.run((tx) => store().record(tx, [outgoing(undefined)], []));
      expect(await sweep({ ageMs: 60_000 })).toEqual([]);
      expect(await sweep({ ageMs: -60_000 })).toHaveLength(1);
    });

    it('does not remove what it finds', async () => {
      await test.run((tx) => store().record(tx, [outgoing(undefined)], []));
      expect(await sweep()).toEqual(await sweep());
    });

    if (test.capabilities.concurrent)
      it('skips what another sweep holds, and does not wait for it', async () => {
        const rows = Array.from({ length: 4 }, () => outgoing(undefined));
        const [a, b, c, d] = rows.map(({ id }) => id) as [string, string, string, string];
        await test.run((tx) => store().record(tx, rows, []));
        const [held, done] = [gate(), gate()];
        const first = test.run(async (tx) => {
          const mine = await store().sweep(tx, { ...ANY, limit: 2 });
          held.open();
          await done.passed;
          return mine.map(({ id }) => id);
        });
        await held.passed;
        expect(await sweep()).toEqual([c, d]);
        done.open();
        expect(await first).toEqual([a, b]);
        expect(await sweep()).toEqual([a, b, c, d]);
      });
  });
}
