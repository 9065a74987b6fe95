import { BatchLoop, type BatchLoopOptions, type WorkSource } from './batch-loop';
import { virtualClock } from './clock';

/** A source of numbered work whose batches end when told. */
function source(order: string[], name: string, tuning: Partial<Pick<WorkSource, 'maxBatch' | 'lingerMs'>> = {}) {
  const waiting: number[] = [];
  const batches: { size: number; end: () => void }[] = [];
  const self: WorkSource & { waiting: number[]; batches: typeof batches } = {
    waiting,
    batches,
    maxBatch: 200,
    ...tuning,
    waitingSince: () => waiting[0],
    get waitingCount() {
      return waiting.length;
    },
    runBatch: () =>
      new Promise((resolve) => {
        order.push(name);
        batches.push({ size: waiting.splice(0).length, end: resolve });
      }),
  };
  return self;
}

const loopOf = (options: Partial<BatchLoopOptions> = {}) =>
  new BatchLoop({ slots: 1, lingerMs: 5, clock: virtualClock(0), open: () => true, ...options });

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what arrives while a batch commits becomes the next batch', async () => {
  const loop = loopOf();
  const queue = source([], 'queue');
  loop.add(queue);
  queue.waiting.push(1);
  loop.wake();
  await turn();
  queue.waiting.push(2, 3, 4);
  loop.wake();
  await turn();
  expect(queue.batches.map(({ size }) => size)).toEqual([1]);
  queue.batches[0]?.end();
  await turn();
  expect(queue.batches.map(({ size }) => size)).toEqual([1, 3]);
});

test('the source that waits longest goes first', async () => {
  const order: string[] = [];
  const loop = loopOf();
  const [a, b] = [source(order, 'a'), source(order, 'b')];
  loop.add(a);
  loop.add(b);
  a.waiting.push(5);
  b.waiting.push(4);
  loop.wake();
  await turn();
  b.batches[0]?.end();
  await turn();
  expect(order).toEqual(['b', 'a']);
});

test('nothing starts while the gate is closed, and a wake after it opened starts it', async () => {
  let open = false;
  const loop = loopOf({ open: () => open });
  const queue = source([], 'queue');
  loop.add(queue);
  queue.waiting.push(1);
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(0);
  open = true;
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(1);
});

test('idle resolves when the last batch has ended, not before', async () => {
  const loop = loopOf();
  const queue = source([], 'queue');
  loop.add(queue);
  await loop.idle();
  queue.waiting.push(1);
  loop.wake();
  await turn();
  let idle = false;
  const waiting = loop.idle().then(() => (idle = true));
  await turn();
  expect(idle).toBe(false);
  queue.batches[0]?.end();
  await waiting;
});

/** Keeps a loop busy with batches of `size` until it counts as loaded or not. */
async function settleAt(loop: BatchLoop, queue: ReturnType<typeof source>, size: number) {
  for (let round = 0; round < 40; round++) {
    queue.waiting.push(...Array.from({ length: size }, () => -1_000));
    loop.wake();
    await turn();
    queue.batches.at(-1)?.end();
    await turn();
  }
  return queue.batches.length;
}

test('under load a batch waits for more until its oldest message has waited long enough', async () => {
  const clock = virtualClock(0);
  const loop = loopOf({ clock });
  const queue = source([], 'queue');
  loop.add(queue);
  const before = await settleAt(loop, queue, 8);
  queue.waiting.push(clock.now());
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(before);
  await clock.advance(4);
  queue.waiting.push(clock.now());
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(before);
  await clock.advance(1);
  expect(queue.batches.at(-1)?.size).toBe(2);
  expect(queue.batches).toHaveLength(before + 1);
});

test('a full batch waits for nothing', async () => {
  const clock = virtualClock(0);
  const loop = loopOf({ clock });
  const queue = source([], 'queue', { maxBatch: 3 });
  loop.add(queue);
  const before = await settleAt(loop, queue, 8);
  queue.waiting.push(clock.now(), clock.now());
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(before);
  queue.waiting.push(clock.now());
  loop.wake();
  await turn();
  expect(queue.batches.at(-1)?.size).toBe(3);
});

test('what may wait longer is waited for by nobody else', async () => {
  const clock = virtualClock(0);
  const loop = loopOf({ clock });
  const [queue, patient] = [source([], 'queue'), source([], 'patient', { lingerMs: 25 })];
  loop.add(patient);
  loop.add(queue);
  const before = await settleAt(loop, queue, 8);
  patient.waiting.push(clock.now());
  loop.wake();
  await turn();
  await clock.advance(2);
  queue.waiting.push(clock.now());
  loop.wake();
  await turn();
  await clock.advance(5);
  expect([queue.batches.length, patient.batches.length]).toEqual([before + 1, 0]);
  queue.batches.at(-1)?.end();
  await turn();
  await clock.advance(17);
  expect(patient.batches).toHaveLength(0);
  await clock.advance(1);
  expect(patient.batches).toHaveLength(1);
});

test('at low load nothing waits', async () => {
  const clock = virtualClock(0);
  const loop = loopOf({ clock });
  const queue = source([], 'queue', { lingerMs: 25 });
  loop.add(queue);
  await settleAt(loop, queue, 8);
  const before = await settleAt(loop, queue, 1);
  queue.waiting.push(clock.now());
  loop.wake();
  await turn();
  expect(queue.batches).toHaveLength(before + 1);
});
