import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../stack/ports';
import { ServiceProcess } from './process';

let dir: string;
const started: ServiceProcess[] = [];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'comptoir-service-'));
});
afterEach(() => Promise.all(started.splice(0).map((process) => process.stop(100))));
afterAll(() => rmSync(dir, { recursive: true }));

/** A service as far as the tools can see: it answers that it is ready, logs, and ends on SIGTERM. */
const SERVICE = `
  const http = require('node:http');
  console.log('greeting ' + process.env.GREETING);
  http.createServer((_, reply) => reply.end('{"service":"' + (process.env.SERVICE || 'sample') + '"}')).listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });`;

async function service(script: string, env: NodeJS.ProcessEnv = {}, onLine?: (label: string, line: string) => void) {
  const main = join(dir, `${Math.random()}.js`);
  writeFileSync(main, script);
  const [port] = await freePorts(1);
  const process_ = new ServiceProcess({
    label: 'sample',
    service: 'sample',
    main,
    url: `http://127.0.0.1:${port}`,
    nodeArgs: [],
    env: { ...process.env, PORT: String(port), ...env },
    log: `${main}.log`,
    onLine,
  });
  started.push(process_);
  return process_;
}

test('is ready when it says so, and drained when stopped', async () => {
  const sample = await service(SERVICE, { GREETING: 'hello' });
  sample.start();
  await sample.ready();
  expect(sample.pid).toBeGreaterThan(0);
  await sample.stop();
  expect(sample.pid).toBeUndefined();
  await expect(sample.exited).resolves.toBe('exit code 0');
});

test('writes its log, and hands on every line', async () => {
  const lines: string[] = [];
  const sample = await service(SERVICE, { GREETING: 'hello' }, (label, line) => lines.push(`${label}: ${line}`));
  sample.start();
  await sample.ready();
  await sample.stop();
  expect(lines).toEqual(['sample: greeting hello', 'sample: drained']);
  expect(readFileSync(sample.log, 'utf8')).toBe('greeting hello\ndrained\n');
});

test('one that ends while starting is reported with the end of its log', async () => {
  const sample = await service(`console.error('AMQP_URL: is not set'); process.exit(1)`);
  sample.start();
  await expect(sample.ready()).rejects.toThrow(/sample ended while starting \(exit code 1\)[\s\S]*AMQP_URL: is not set/);
});

test('one whose port another service has is not ready, and said to be that one', async () => {
  const sample = await service(SERVICE, { SERVICE: 'carts' });
  sample.start();
  await expect(sample.ready(1_000)).rejects.toThrow(/sample is not ready after 1 s \(http\S+ is answered by carts\)/);
});

test('can be killed, and started again with another environment for this time', async () => {
  const sample = await service(SERVICE, { GREETING: 'one' });
  sample.start();
  await sample.ready();
  const first = sample.pid;
  sample.kill('SIGKILL');
  await expect(sample.exited).resolves.toBe('SIGKILL');
  await sample.restart({ GREETING: 'two' });
  expect(sample.pid).not.toBe(first);
  await sample.stop();
  expect(readFileSync(sample.log, 'utf8')).toContain('greeting two');
});

test('one that does not end when asked is killed', async () => {
  const sample = await service(SERVICE.replace('process.exit(0)', ''));
  sample.start();
  await sample.ready();
  await sample.stop(50);
  await expect(sample.exited).resolves.toBe('SIGKILL');
});
