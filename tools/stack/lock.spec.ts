import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'comptoir-lock-'));
  file = join(dir, 'lock');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('one at a time', async () => {
  let [inside, most, done] = [0, 0, 0];
  const work = () =>
    withLock(file, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      done += 1;
    });
  await Promise.all([work(), work(), work()]);
  expect([most, done]).toEqual([1, 3]);
});

test('a lock whose holder is gone is taken over', async () => {
  writeFileSync(file, '999999999 1');
  await expect(withLock(file, async () => 'mine')).resolves.toBe('mine');
});

test('a lock of an earlier process with the same id is taken over', async () => {
  writeFileSync(file, `${process.pid} long-ago`);
  await expect(withLock(file, async () => 'mine')).resolves.toBe('mine');
});

test('is given back also after a failure', async () => {
  await expect(withLock(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(existsSync(file)).toBe(false);
});
