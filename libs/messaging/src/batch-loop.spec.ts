import { BatchLoop, type WorkSource } from './batch-loop';

/** A source of numbered work whose batches end when told. */
function source(order: string[], name: string) {
  const waiting: number[] = [];
  const batches: { size: number; end: () => void }[] = [];
  const self: WorkSource & { waiting: number[]; batches: typeof batches } = {
    waiting,
    batches,
    waitingSince: () => waiting[0],
    runBatch: () =>
      new Promise((resolve) => {
        order.push(name);
        batches.push({ size: waiting.splice(0).length, end: resolve });
      }),
  };
  return self;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what arrives while a batch commits becomes the next batch', async () => {
  const loop = new BatchLoop(1, () => true);
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
  const loop = new BatchLoop(1, () => true);
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
  const loop = new BatchLoop(1, () => open);
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
  const loop = new BatchLoop(1, () => true);
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
