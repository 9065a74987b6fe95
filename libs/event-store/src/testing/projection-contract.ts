import type { ProjectionsUnderTest } from './projection-fixture';
import { ProjectionFixture } from './projection-fixture';
import type { StoreCapabilities } from './store-contract';

const failing = (code: string) => (n: number) => {
  if (n === 13) throw Object.assign(new Error('Thirteen'), { code });
};

/** What projections do on every store. Call it inside a `describe`. */
export function projectionContract<Tx>(make: () => Promise<ProjectionsUnderTest<Tx>>, { concurrent }: StoreCapabilities): void {
  let under: ProjectionFixture<Tx>;
  beforeEach(async () => {
    under = new ProjectionFixture(await make());
  });

  describe('a projection', () => {
    it('takes every event once, in batches, and goes on from its checkpoint', async () => {
      await under.count(1, 2, 3, 4, 5);
      const projector = under.projector();
      expect(await projector.step()).toBe(true);
      expect(await under.sums()).toEqual({ 1: 3 });
      await projector.catchUp();
      expect(await under.sums()).toEqual({ 1: 15 });
      await under.count(6);
      await under.projector().catchUp();
      expect(await under.sums()).toEqual({ 1: 21 });
      expect(await projector.step()).toBe(false);
    });

    it('knows how far behind it is, and leaves out what it does not read', async () => {
      const projector = under.projector();
      await projector.catchUp();
      await under.count(1, 2);
      await under.append([{ any: 'thing' }], 'tills.audited');
      const [lag] = await projector.lag();
      expect(lag).toMatchObject({ name: under.name, generation: 1, live: true, behind: 3, parked: 0 });
      expect(lag?.waitingSince?.getTime()).toBeGreaterThan(0);
      await projector.catchUp();
      expect(await projector.lag()).toMatchObject([{ behind: 0 }]);
      expect(await under.sums()).toEqual({ 1: 3 });
    });

    it('has neither read model nor checkpoint of a batch that was in somebody\'s way', async () => {
      await under.count(1, 13);
      await expect(under.projector(under.projection(1, failing('40001'))).step()).rejects.toThrow('Thirteen');
      expect(await under.sums()).toEqual({});
      expect(await under.parked()).toEqual([]);
      await under.projector().catchUp();
      expect(await under.sums()).toEqual({ 1: 14 });
    });

    it('parks an event that fails, and goes on', async () => {
      const { positions } = await under.count(1, 13, 3, 4, 5);
      await under.projector(under.projection(1, failing('poison')), { batchSize: 10 }).catchUp();
      expect(await under.sums()).toEqual({ 1: 13 });
      const { name, Counted } = under;
      expect(await under.parked()).toEqual([
        { name, generation: 1, position: positions[1], eventId: expect.any(String), stream: name, type: Counted.name, error: 'Error: Thirteen' },
      ]);
    });

    it('parks an event that cannot be read, and goes on', async () => {
      await under.append([{ n: 1 }, { n: 'two' }, { n: 3 }]);
      await under.projector().catchUp();
      expect(await under.sums()).toEqual({ 1: 4 });
      expect(await under.parked()).toMatchObject([{ error: expect.stringMatching(/^InvalidEventData: /) }]);
    });
  });

  describe('a parked event', () => {
    const parkThirteen = async () => {
      const { positions } = await under.count(1, 13, 3);
      await under.projector(under.projection(1, failing('poison'))).catchUp();
      return positions[1] as number;
    };

    it('is projected once when it is tried again', async () => {
      const position = await parkThirteen();
      const heard: number[] = [];
      const fixed = under.projector(under.projection(), { onProjected: (_, events) => heard.push(...events.map((each) => each.position)) });
      expect(await fixed.retry(position)).toBe(true);
      expect(await fixed.retry(position)).toBe(false);
      expect(heard).toEqual([position]);
      expect([await under.sums(), await under.parked()]).toEqual([{ 1: 17 }, []]);
      await fixed.catchUp();
      expect(await under.sums()).toEqual({ 1: 17 });
    });

    it('stays parked where it fails again', async () => {
      const position = await parkThirteen();
      await expect(under.projector(under.projection(1, failing('poison'))).retry(position)).rejects.toThrow('Thirteen');
      expect([await under.sums(), await under.parked()]).toEqual([{ 1: 4 }, [expect.objectContaining({ position })]]);
    });

    it('is left out for good when it is discarded', async () => {
      const position = await parkThirteen();
      expect((await under.projector().lag())[0]).toMatchObject({ parked: 1, behind: 0, waitingSince: undefined });
      expect(await under.projector().discard(position)).toBe(true);
      expect(await under.projector().discard(position)).toBe(false);
      expect([await under.sums(), await under.parked()]).toEqual([{ 1: 4 }, []]);
    });

    it('is none where nobody parked it, or other code did', async () => {
      const { positions: [position = 0] } = await under.count(1, 2);
      await under.projector().catchUp();
      expect(await under.projector().retry(position)).toBe(false);
      expect(await under.projector().retry(position + 1_000_000)).toBe(false);
      await under.count(13);
      await under.projector(under.projection(1, failing('poison'))).catchUp();
      const [parked] = await under.parked();
      expect(await under.projector(under.projection(2)).retry(parked?.position ?? 0)).toBe(false);
      expect(await under.parked()).toHaveLength(1);
    });
  });

  it('stops where so much fails that it must be the projection', async () => {
    await under.count(1, 13, 13, 13, 5);
    const broken = under.projector(under.projection(1, failing('poison')), { maxParked: 2 });
    await expect(broken.catchUp()).rejects.toMatchObject({ code: 'too-many-parked', data: { name: under.name, generation: 1 } });
    expect(await under.parked()).toHaveLength(2);
    expect(await broken.lag()).toMatchObject([{ behind: 2 }]);
    await under.projector().catchUp();
    expect(await under.sums()).toEqual({ 1: 19 });
  });

  describe('a rebuild', () => {
    it('fills a generation beside the live one, and takes its place when it has caught up', async () => {
      await under.count(1, 2, 3);
      const projector = under.projector();
      await projector.catchUp();
      await projector.rebuild();
      await projector.rebuild();
      await under.count(4);
      expect(await projector.step()).toBe(true);
      expect(await under.generations()).toEqual([[1, 1, true], [2, 1, false]]);
      expect(await under.sums()).toEqual({ 1: 10, 2: 3 });
      await projector.catchUp();
      expect(await under.generations()).toEqual([[2, 1, true]]);
      expect(await under.sums()).toEqual({ 2: 10 });
    });

    it('begins by itself with new code, while the old code keeps the live one', async () => {
      const [older, newer] = [under.projector(), under.projector(under.projection(2))];
      await under.count(1, 2, 3);
      await older.catchUp();
      await newer.step();
      await under.count(4);
      await older.catchUp();
      expect(await under.sums()).toEqual({ 1: 10, 2: 6 });
      await newer.catchUp();
      expect(await under.sums()).toEqual({ 2: 20 });
      await under.count(5);
      expect(await older.step()).toBe(false);
      expect(await under.generations()).toEqual([[2, 2, true]]);
    });

    it('forgets what the replaced generation had parked', async () => {
      await under.count(13);
      await under.projector(under.projection(1, failing('poison'))).catchUp();
      const fixed = under.projector(under.projection(2));
      await fixed.catchUp();
      expect(await under.parked()).toEqual([]);
      expect(await under.sums()).toEqual({ 2: 26 });
    });
  });

  if (concurrent)
    it('shared by several processes takes every event once', async () => {
      const numbers = Array.from({ length: 60 }, (_, n) => n);
      await under.count(...numbers);
      const poisoned = under.projection(1, failing('poison'));
      // Each goes on until all has been read, whoever did it.
      const work = async () => {
        const projector = under.projector(poisoned, { batchSize: 5 });
        do await projector.step();
        while ((await projector.lag()).some(({ behind }) => behind > 0));
      };
      await Promise.all([work(), work(), work(), work()]);
      expect(await under.sums()).toEqual({ 1: numbers.reduce((sum, n) => sum + n) - 13 });
      expect(await under.parked()).toHaveLength(1);
    });
}
