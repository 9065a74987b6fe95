import { MicroBatch } from './micro-batch';

/** A batch that runs until it is told to end. */
function controlled() {
  const batches: { requests: readonly number[]; end: (error?: Error) => void }[] = [];
  const batch = new MicroBatch<number, string>(
    (requests) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(requests.map((each) => `reply ${each}`)));
        batches.push({ requests, end });
      }),
    3,
  );
  return { batch, batches };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('takes what came in one turn together, and what comes meanwhile as the next batch', async () => {
  const { batch, batches } = controlled();
  const first = [batch.add(1), batch.add(2)];
  await turn();
  const next = [batch.add(3), batch.add(4), batch.add(5), batch.add(6)];
  await turn();
  expect(batches.map(({ requests }) => requests)).toEqual([[1, 2]]);
  batches[0]?.end();
  expect(await Promise.all(first)).toEqual(['reply 1', 'reply 2']);
  await turn();
  batches[1]?.end();
  await turn();
  batches[2]?.end();
  expect(await Promise.all(next)).toEqual(['reply 3', 'reply 4', 'reply 5', 'reply 6']);
  expect(batches.map(({ requests }) => requests)).toEqual([[1, 2], [3, 4, 5], [6]]);
});

it('fails those of a batch that failed, and goes on', async () => {
  const { batch, batches } = controlled();
  const failing = batch.add(1);
  await turn();
  const next = batch.add(2);
  batches[0]?.end(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  await turn();
  batches[1]?.end();
  expect(await next).toBe('reply 2');
  const later = batch.add(3);
  await turn();
  batches[2]?.end();
  expect(await later).toBe('reply 3');
});
