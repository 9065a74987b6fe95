import type { StoreFixture } from './store-fixture';

export function describeSnapshots<Tx>(under: () => StoreFixture<Tx>): void {
  describe('a snapshot', () => {
    const of = (version: number, foldVersion = 1, fold = 'till') => ({
      stream: under().stream,
      fold,
      foldVersion,
      version,
      state: { total: version, text: '"x"' },
      recordedAt: new Date('2026-02-03T04:05:06.789Z'),
    });

    it('is read as it was written', async () => {
      expect(await under().snapshot('till')).toBeUndefined();
      await under().takeSnapshot(of(3));
      expect(await under().snapshot('till')).toEqual(of(3));
    });

    it('is the latest only, also of other code', async () => {
      await under().takeSnapshot(of(3));
      await under().takeSnapshot(of(5));
      await under().takeSnapshot(of(4));
      expect(await under().snapshot('till')).toEqual(of(5));
      await under().takeSnapshot(of(5, 2));
      expect(await under().snapshot('till')).toEqual(of(5, 2));
    });

    it('is one fold\'s', async () => {
      await under().takeSnapshot(of(3));
      await under().takeSnapshot(of(2, 1, 'other'));
      expect(await under().snapshot('till')).toEqual(of(3));
    });
  });
}
