import { v7 as uuidv7 } from 'uuid';
import { isEnded } from '../instance';
import type { SagaInstance } from '../instance';
import type { HistoryEntry, SagaChange, SagaStore, TimerChange } from '../store';

export interface StoreUnderTest<Tx> {
  readonly store: SagaStore<Tx>;
  /** A transaction. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreCapabilities {
  /** Transactions run side by side, so that locks matter. */
  readonly concurrent: boolean;
}

/** One per test, so that tests may share a database. */
let type = '';
const HOUR = 3_600_000;

/** What every saga store does. Call it inside a `describe`. */
export function sagaStoreContract<Tx>(make: () => Promise<StoreUnderTest<Tx>>, { concurrent }: StoreCapabilities): void {
  let under: StoreUnderTest<Tx>;
  beforeEach(async () => {
    type = `trip-${uuidv7()}`;
    under = await make();
  });
  afterEach(() => under.close());

  const load = (...conversations: string[]) => under.run((tx) => under.store.load(tx, type, conversations));
  const read = async (conversation: string) => (await load(conversation)).instances.get(conversation);
  const save = (...changes: SagaChange[]) => under.run((tx) => under.store.save(tx, type, changes));
  const history = (conversation: string) => under.run((tx) => under.store.history(tx, type, conversation));
  const clock = async () => (await load(uuidv7())).now;
  const inMs = async (ms: number) => new Date((await clock()).getTime() + ms);
  const due = (horizon: Date = new Date(Date.now() + 24 * HOUR), limit = 10) =>
    under.run((tx) => under.store.due(tx, type, { horizon, limit }));
  const start = async (over: Partial<SagaInstance> = {}, timers: TimerChange[] = []): Promise<SagaInstance> => {
    const after = { ...instance(await clock()), ...over };
    await save({ before: undefined, after, history: [told(after)], timers });
    return after;
  };
  const end = async (before: SagaInstance, status: 'completed' | 'cancelled' = 'completed') => {
    const after = moved(before, { status, step: undefined, deadline: undefined, endedAt: await clock() });
    await save({ before, after, history: [told(after)], timers: [] });
    return after;
  };

  describe('an instance', () => {
    it('is read as it was written', async () => {
      const started = await start();
      expect(await read(started.conversation)).toEqual(started);
    });

    it('is not there before it starts; the time is', async () => {
      const { now, instances } = await load(uuidv7(), uuidv7());
      expect(instances.size).toBe(0);
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(HOUR);
    });

    it('is one of its type only', async () => {
      const { conversation } = await start();
      const other = await under.run((tx) => under.store.load(tx, 'journey', [conversation]));
      expect(other.instances.size).toBe(0);
    });

    it('moves', async () => {
      const before = await start();
      const after = moved(before, { step: 'pay', label: 'PAID', data: { seat: '7A' }, progress: { done: ['x'] }, deadline: undefined, status: 'parked' });
      await save({ before, after, history: [], timers: [] });
      expect(await read(before.conversation)).toEqual(after);
    });

    it('keeps data that did not change', async () => {
      const before = await start({ data: { seat: '7A' } });
      await save({ before, after: moved(before, { step: 'pay' }), history: [], timers: [] });
      const again = (await read(before.conversation)) as SagaInstance;
      expect(again).toMatchObject({ data: { seat: '7A' }, step: 'pay' });
      await end(again);
      expect(await read(before.conversation)).toMatchObject({ data: { seat: '7A' }, status: 'completed' });
    });

    it('stays as a tombstone when it has ended', async () => {
      const ended = await end(await start());
      expect(await read(ended.conversation)).toEqual({ ...ended, updatedAt: ended.endedAt });
    });

    it('may start and end in one batch', async () => {
      const now = await clock();
      const after = { ...instance(now), status: 'completed', step: undefined, deadline: undefined, endedAt: now } as const;
      await save({ before: undefined, after, history: [], timers: [] });
      expect(await read(after.conversation)).toEqual(after);
    });

    it('comes with others, in one go', async () => {
      const all = [await start(), await start(), await start()];
      const ended = await end(await start());
      const keys = [...all, ended].map(({ conversation }) => conversation);
      expect([...(await load(...keys, uuidv7())).instances.keys()].sort()).toEqual([...keys].sort());
    });

    it('is not written from a version that has passed; nor is anything else of the batch', async () => {
      const before = await start();
      const neighbour = await start();
      await save({ before, after: moved(before), history: [], timers: [] });
      const stale = { before, after: moved(before, { step: 'pay' }), history: [told(before)], timers: [] };
      await expect(save({ before: neighbour, after: moved(neighbour), history: [], timers: [] }, stale)).rejects.toThrow(/changed meanwhile/);
      expect(await read(before.conversation)).toMatchObject({ version: 2, step: before.step });
      expect(await read(neighbour.conversation)).toMatchObject({ version: 1 });
      expect(await history(before.conversation)).toHaveLength(1);
    });

    it('does not start twice, while it lives or after', async () => {
      const first = await start();
      const second: SagaChange = { before: undefined, after: first, history: [], timers: [] };
      await expect(save(second)).rejects.toThrow(/changed meanwhile/);
      await end(first);
      await expect(save(second)).rejects.toThrow(/changed meanwhile/);
    });

    it('does not end twice', async () => {
      const before = await start();
      await end(before);
      await expect(end(before, 'cancelled')).rejects.toThrow(/changed meanwhile/);
      expect(await read(before.conversation)).toMatchObject({ status: 'completed' });
    });

    it('is untouched by a transaction that fails', async () => {
      const before = await start();
      const failing = under.run(async (tx) => {
        await under.store.save(tx, type, [{ before, after: moved(before), history: [told(before)], timers: [{ kind: 'set', name: 't', due: new Date() }] }]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await read(before.conversation)).toEqual(before);
      expect(await history(before.conversation)).toHaveLength(1);
      expect((await due()).timers).toEqual([]);
    });
  });

  describe('the history', () => {
    it('tells every transition in order', async () => {
      const first = await start();
      const second = moved(first, { label: 'PAID' });
      const entries = [told(second), { ...told({ ...second, version: 3 }), sent: [uuidv7(), uuidv7()], input: 'deadline', causeId: undefined }];
      await save({ before: first, after: second, history: entries, timers: [] });
      expect((await history(first.conversation)).slice(1)).toEqual(entries);
    });

    it('takes what an ended saga still hears', async () => {
      const ended = await end(await start());
      await save({ before: ended, after: ended, history: [told(ended)], timers: [] });
      expect(await history(ended.conversation)).toHaveLength(3);
      expect(await read(ended.conversation)).toMatchObject({ version: ended.version });
    });
  });

  describe('deadlines', () => {
    it('are due when they passed, the oldest first, at most as many as asked for', async () => {
      const late = await start({ deadline: await inMs(-10_000) });
      const later = await start({ deadline: await inMs(-5_000) });
      const latest = await start({ deadline: await inMs(-1) });
      await start({ deadline: await inMs(HOUR) });
      const conversationsOf = async (limit: number) => (await due(undefined, limit)).deadlines.map(({ conversation }) => conversation).sort();
      expect(await conversationsOf(2)).toEqual([late.conversation, later.conversation].sort());
      expect(await conversationsOf(9)).toEqual([late, later, latest].map(({ conversation }) => conversation).sort());
    });

    it('come with the whole instance, and with a time that is not before them', async () => {
      const waiting = await start({ deadline: await inMs(-1) });
      const { deadlines, now } = await due();
      expect(deadlines).toEqual([waiting]);
      expect(now.getTime()).toBeGreaterThanOrEqual(waiting.deadline?.getTime() ?? Infinity);
    });

    it('are not due after the horizon: their answers may still be in the queue', async () => {
      const waiting = await start({ deadline: await inMs(-5_000) });
      const at = waiting.deadline as Date;
      expect((await due(new Date(at.getTime() - 1))).deadlines).toEqual([]);
      expect((await due(at)).deadlines).toEqual([waiting]);
    });

    it('are no more once the saga moved on, parked or ended', async () => {
      const past = await inMs(-1_000);
      const [on, parked, ended] = [await start({ deadline: past }), await start({ deadline: past }), await start({ deadline: past })];
      await save({ before: on, after: moved(on, { deadline: await inMs(HOUR) }), history: [], timers: [] });
      await save({ before: parked, after: moved(parked, { deadline: undefined, status: 'parked' }), history: [], timers: [] });
      await end(ended);
      expect((await due()).deadlines).toEqual([]);
    });

    it('say when the next one is', async () => {
      expect((await due()).next).toBeUndefined();
      const soon = await inMs(HOUR);
      await start({ deadline: await inMs(2 * HOUR) });
      await start({ deadline: soon }, [{ kind: 'set', name: 'later', due: await inMs(3 * HOUR) }]);
      expect((await due()).next).toEqual(soon);
    });

    it('are those of the type asked for', async () => {
      await start({ deadline: await inMs(-1) });
      const others = await under.run((tx) => under.store.due(tx, 'journey', { horizon: new Date(Date.now() + HOUR), limit: 9 }));
      expect(others.deadlines).toEqual([]);
    });
  });

  describe('timers', () => {
    const names = async (...args: Parameters<typeof due>) => (await due(...args)).timers.map(({ name }) => name);

    it('are due when they passed, with their instance', async () => {
      const started = await start({}, [
        { kind: 'set', name: 'remind', due: await inMs(-1) },
        { kind: 'set', name: 'later', due: await inMs(HOUR) },
      ]);
      expect((await due()).timers).toEqual([{ instance: started, name: 'remind' }]);
      expect(await names(await inMs(-HOUR))).toEqual([]);
    });

    it('are moved and cancelled', async () => {
      let current = await start({}, [
        { kind: 'set', name: 'a', due: await inMs(-1) },
        { kind: 'set', name: 'b', due: await inMs(-1) },
        { kind: 'set', name: 'c', due: await inMs(HOUR) },
      ]);
      const timers: TimerChange[] = [
        { kind: 'set', name: 'a', due: await inMs(HOUR) },
        { kind: 'cancel', name: 'b' },
        { kind: 'set', name: 'c', due: await inMs(-1) },
      ];
      const after = moved(current);
      await save({ before: current, after, history: [], timers });
      current = after;
      expect(await names()).toEqual(['c']);
    });

    it('rest while the saga is parked, and vanish when it ends', async () => {
      const started = await start({}, [{ kind: 'set', name: 'a', due: await inMs(-1) }]);
      const parked = moved(started, { status: 'parked', deadline: undefined });
      await save({ before: started, after: parked, history: [], timers: [] });
      expect(await names()).toEqual([]);
      const resumed = moved(parked, { status: 'running' });
      await save({ before: parked, after: resumed, history: [], timers: [] });
      expect(await names()).toEqual(['a']);
      await end(resumed);
      expect(await due()).toMatchObject({ timers: [], next: undefined });
    });
  });

  it('counts live instances by definition version', async () => {
    await start();
    await start({ definitionVersion: 2 });
    await end(await start({ definitionVersion: 3 }));
    await start({ definitionVersion: 2, status: 'parked', deadline: undefined });
    const live = await under.run((tx) => under.store.liveVersions(tx));
    expect(live.filter((each) => each.type === type)).toEqual([
      { type, definitionVersion: 1, count: 1 },
      { type, definitionVersion: 2, count: 2 },
    ]);
  });

  it('keeps what is young when it is maintained, and goes on', async () => {
    const ended = await end(await start());
    await under.run((tx) => under.store.maintain(tx, 30));
    expect(await read(ended.conversation)).toBeDefined();
    expect(await history(ended.conversation)).toHaveLength(2);
    await start();
  });

  it('keeps a record of what people did', async () => {
    const { conversation } = await start();
    const record = { id: uuidv7(), conversation, action: 'retry', actor: 'ada', reason: 'x', answer: undefined, outcome: 'accepted', at: await clock() } as const;
    await under.run((tx) => under.store.recordActions(tx, type, [record, { ...record, id: uuidv7(), answer: { type: 'a', body: {} } }]));
    await expect(under.run((tx) => under.store.recordActions(tx, type, []))).resolves.toBeUndefined();
  });

  if (concurrent) describeConcurrency(() => ({ ...under, start, clock, due }));
}

function describeConcurrency<Tx>(
  context: () => StoreUnderTest<Tx> & {
    start(over?: Partial<SagaInstance>): Promise<SagaInstance>;
    clock(): Promise<Date>;
    due(): Promise<{ deadlines: readonly SagaInstance[] }>;
  },
): void {
  /** A transaction that stays open until it is told to commit. */
  const open = async (work: (tx: Tx) => Promise<unknown>) => {
    let commit: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (commit = resolve));
    let worked: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (worked = resolve));
    const done = context().run(async (tx) => {
      await work(tx);
      worked();
      await told;
    });
    await Promise.race([ready, done]);
    return { commit: async () => (commit(), await done) };
  };

  describe('side by side', () => {
    it('makes the second wait for the first, and read what that wrote', async () => {
      const { store, run, start } = context();
      const before = await start();
      const key = [before.conversation];
      const first = await open(async (tx) => {
        await store.load(tx, type, key);
        await store.save(tx, type, [{ before, after: moved(before, { label: 'FIRST' }), history: [], timers: [] }]);
      });
      const second = run((tx) => store.load(tx, type, key));
      // Not a time, but a lot of work on other connections: a load that did not wait would be through by then.
      for (let count = 0; count < 20; count += 1) await run((tx) => store.load(tx, type, [uuidv7()]));
      await first.commit();
      expect((await second).instances.get(before.conversation)).toMatchObject({ label: 'FIRST', version: 2 });
    });

    it('lets only one of several starts of a conversation through', async () => {
      const { store, run, clock } = context();
      const change: SagaChange = { before: undefined, after: instance(await clock()), history: [], timers: [] };
      const starts = await Promise.allSettled([1, 2, 3].map(() => run((tx) => store.save(tx, type, [change]))));
      const refused = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
      expect(refused).toEqual([expect.stringMatching(/changed meanwhile/), expect.stringMatching(/changed meanwhile/)]);
    });

    it('leaves what others are at out of what is due', async () => {
      const { store, start, clock, due } = context();
      const deadline = new Date((await clock()).getTime() - 1_000);
      const [taken, free] = [await start({ deadline }), await start({ deadline })];
      const other = await open((tx) => store.load(tx, type, [taken.conversation]));
      expect((await due()).deadlines).toEqual([free]);
      await other.commit();
      expect((await due()).deadlines).toHaveLength(2);
    });
  });
}

function instance(now: Date): SagaInstance {
  return {
    type,
    conversation: uuidv7(),
    definitionVersion: 1,
    status: 'running',
    step: 'book-flight',
    label: 'REQUESTED',
    data: { to: 'LIS', notes: ['"quoted", {braced}', null, 1.5] },
    progress: { done: [], awaiting: { ids: ['a', 'b'] } },
    version: 1,
    deadline: new Date(now.getTime() + HOUR),
    startedAt: now,
    updatedAt: now,
    endedAt: undefined,
  };
}

function moved(before: SagaInstance, change: Partial<SagaInstance> = {}): SagaInstance {
  return { ...before, ...change, version: before.version + 1, updatedAt: change.endedAt ?? before.updatedAt };
}

function told(after: SagaInstance): HistoryEntry {
  const { conversation, version, status, step, label, updatedAt } = after;
  const events = [{ type: isEnded(after) ? 'ended' : 'answered', data: { quoted: '"x"' } }];
  return { id: uuidv7(), conversation, version, at: updatedAt, input: 'flights.flight-booked', causeId: uuidv7(), events, sent: [uuidv7()], status, step, label };
}
