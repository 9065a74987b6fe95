import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, stampOf, startDetached, stop, untilReady, type ServerRecord } from './processes';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'comptoir-processes-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function start(script: string): Promise<ServerRecord> {
  const log = join(dir, `${Math.random()}.log`);
  return { ...(await startDetached(process.execPath, ['-e', script], { cwd: dir, log, env: process.env })), log };
}
const up = 'setInterval(() => undefined, 1000);';
const printed = (record: ServerRecord, text: string) => async () => readFileSync(record.log, 'utf8').includes(text);

test('a process is known by its id and its start, so that a later one with the same id is not taken for it', async () => {
  const record = await start(up);
  expect(isAlive(record)).toBe(true);
  expect(isAlive({ ...record, stamp: 'another' })).toBe(false);
  await stop(record, 'SIGTERM', 5_000);
  expect(isAlive(record)).toBe(false);
  expect(stampOf(record.pid)).toBeUndefined();
});

test('one that does not go politely is killed', async () => {
  const record = await start(`process.on('SIGTERM', () => undefined); ${up} console.log('deaf')`);
  await untilReady('It', record, printed(record, 'deaf'), 10_000);
  await stop(record, 'SIGTERM', 100);
  await expect(untilReady('It', record, async () => !isAlive(record), 5_000)).resolves.toBeUndefined();
});

test('a server that ends while starting is reported at once, with the end of its log', async () => {
  const record = await start(`console.error('no such disk'); process.exit(3)`);
  const started = Date.now();
  await expect(untilReady('The server', record, async () => false, 60_000)).rejects.toThrow(
    /The server ended while starting[\s\S]*no such disk/,
  );
  expect(Date.now() - started).toBeLessThan(30_000);
});

test('a server that is never ready is given up', async () => {
  const record = await start(up);
  await expect(untilReady('The server', record, async () => false, 100)).rejects.toThrow('was not ready after 0.1 s');
  await stop(record, 'SIGKILL', 1_000);
});
