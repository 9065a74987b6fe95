import { Readiness } from './readiness';

const ok = async () => undefined;

it('is ready while every check passes', async () => {
  const readiness = new Readiness();
  readiness.add('gateway', ok);
  readiness.addAll(async () => ({ broker: 'ok', database: 'ok' }));
  expect(await readiness.report()).toEqual({ ready: true, checks: { gateway: 'ok', broker: 'ok', database: 'ok' } });
});

it('says which check fails, and why', async () => {
  const readiness = new Readiness();
  readiness.add('gateway', () => Promise.reject(new Error('no answer')));
  readiness.addAll(async () => ({ broker: 'ok', database: 'away' }));
  readiness.addAll(() => Promise.reject(new Error('check broken')));
  expect(await readiness.report()).toEqual({
    ready: false,
    checks: { gateway: 'no answer', broker: 'ok', database: 'away', check: 'check broken' },
  });
});

it('is ready with something away that it can do without, and says so', async () => {
  const readiness = new Readiness();
  readiness.add('orders', async () => ({ degraded: 'away; claims are taken unverified' }));
  expect(await readiness.report()).toEqual({ ready: true, checks: { orders: 'degraded: away; claims are taken unverified' } });
  readiness.add('gateway', () => Promise.reject(new Error('no answer')));
  expect(await readiness.report()).toMatchObject({ ready: false });
});

it('does not wait for a check that hangs', async () => {
  jest.useFakeTimers();
  try {
    const readiness = new Readiness();
    readiness.add('gateway', () => new Promise(() => undefined));
    readiness.add('other', ok);
    const report = readiness.report();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await report).toEqual({ ready: false, checks: { time: 'a check did not answer within 2000 ms', other: 'ok' } });
  } finally {
    jest.useRealTimers();
  }
});

it('is not ready while the process shuts down', async () => {
  const readiness = new Readiness();
  readiness.add('gateway', ok);
  readiness.drain();
  expect(await readiness.report()).toEqual({ ready: false, checks: { process: 'shutting down' } });
});
