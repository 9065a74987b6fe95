import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, servers } from '@comptoir/testing';
import { Client } from 'pg';
import { ROOT } from '../root';

/** As `npm run bench` runs it. */
function bench(...args: readonly string[]): { child: ChildProcess; output: { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, ['-C', '@comptoir/source', '-r', '@swc-node/register', join(ROOT, 'tools/bench.ts'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  return { child, output };
}

/** Databases of the bench's own that are still there. */
async function leftOver(): Promise<string[]> {
  const client = new Client({ connectionString: servers().databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname LIKE 'bench\\_%'`);
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

it('measures, checks the invariants, and ends with one line of JSON', async () => {
  const { child, output } = bench('--sagas', '60', '--warm-up', '20', '--in-flight', '8', '--json');
  const [code] = await once(child, 'close');
  expect([code, code === 0 ? '' : output.stderr]).toEqual([0, '']);
  const result = JSON.parse(output.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(Object.keys(result).slice(0, 7)).toEqual(['sagasPerSecond', 'p50Ms', 'p95Ms', 'p99Ms', 'completed', 'compensated', 'invariants']);
  expect(result).toMatchObject({ completed: 57, compensated: 3, failed: 0, invariants: 'ok', messagesPerSaga: expect.closeTo(10, 0) as unknown });
  expect(await leftOver()).toEqual([]);
}, 120_000);

it('compares both styles on one system, and ends with one line of JSON', async () => {
  const { child, output } = bench('--sagas', '160', '--warm-up', '20', '--in-flight', '8', '--coordination', 'both', '--json');
  const [code] = await once(child, 'close');
  expect([code, code === 0 ? '' : output.stderr]).toEqual([0, '']);
  const result = JSON.parse(output.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Record<string, unknown>>;
  const good = { completed: 76, compensated: 4, failed: 0, invariants: 'ok' };
  expect(result['orchestration']).toMatchObject({ ...good, messagesPerSaga: expect.closeTo(10, 0) as unknown });
  expect(result['choreography']).toMatchObject({ ...good, messagesPerSaga: expect.closeTo(6, 0) as unknown });
  expect(output.stdout).toContain('80 sagas in each style');
  expect(await leftOver()).toEqual([]);
}, 120_000);

it('measures the log: what it takes in, and all of it through a projection', async () => {
  const { child, output } = bench('--replay', '--events', '1200', '--json');
  const [code] = await once(child, 'close');
  expect([code, code === 0 ? '' : output.stderr]).toEqual([0, '']);
  const result = JSON.parse(output.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, number>;
  // Sixty-four orders at a time, six events each: three times all of them, then the first event of forty-eight more.
  expect(result).toMatchObject({ events: 1_200, orders: 240 });
  expect(result['replaySeconds']).toBeGreaterThan(0);
  expect(await leftOver()).toEqual([]);
}, 120_000);

it('leaves nothing behind when it is interrupted', async () => {
  const { child, output } = bench('--sagas', '1000000', '--warm-up', '20');
  // It has its own system by now, and is at work on an endless number of carts.
  await eventually(() => expect(output.stderr).toContain('Making carts'), { timeoutMs: 60_000 });
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(output.stderr).toContain('Interrupted.');
  expect(await leftOver()).toEqual([]);
}, 120_000);

it('says how it is used', async () => {
  const { child, output } = bench('--sagas', 'many');
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  const styled = bench('--coordination', 'anarchy');
  expect(await once(styled.child, 'close')).toEqual([1, null]);
  expect(styled.output.stderr).toContain('--coordination must be orchestration, choreography or both, not "anarchy"');
  expect(output.stderr).toMatch(/--sagas must be a positive whole number, not "many"[^]*Usage: npm run bench/);
});
