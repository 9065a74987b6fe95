import { eventually } from './eventually';

test('returns what the assertion returned as soon as it holds', async () => {
  let calls = 0;
  const result = await eventually(() => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return 'done';
  }, { intervalMs: 1 });
  expect(result).toBe('done');
  expect(calls).toBe(3);
});

test('throws the last failure when the time is up', async () => {
  let calls = 0;
  const never = eventually(() => {
    calls += 1;
    throw new Error(`failure ${calls}`);
  }, { timeoutMs: 30, intervalMs: 5 });
  await expect(never).rejects.toThrow(/failure \d+[\s\S]+still so after 30 ms/);
  expect(calls).toBeGreaterThan(1);
});

test('waits for an assertion that is asynchronous', async () => {
  const answers = [Promise.reject(new Error('first')), Promise.resolve(7)];
  await expect(eventually(() => answers.shift())).resolves.toBe(7);
});
