import { eventually } from '@comptoir/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

/** A process whose shutdown does what `close` says. */
const program = (close: string, more = '') => `
  const { shutDownOnSignals } = require('./libs/platform/src/shutdown.ts');
  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [level, (text, data = {}) => console.log(level, text, data.error?.message ?? '')]),
  );
  setInterval(() => undefined, 1000);
  shutDownOnSignals({ close: ${close}, logger, timeoutMs: 500 });
  console.log('STARTED');
  ${more}
`;

/** The same with an HTTP server as services have it. GET /slow ends with SIGUSR2. */
const httpProgram = `
  const { createHttpApp, Metrics, SERVICE } = require('./libs/platform/src/index.ts');
  const { shutDownOnSignals } = require('./libs/platform/src/shutdown.ts');
  const { Controller, Get, Module } = require('@nestjs/common');
  class Things {
    fast() { return {}; }
    slow() {
      console.log('HANDLING');
      return new Promise((resolve) => process.on('SIGUSR2', () => resolve({ done: true })));
    }
  }
  for (const name of ['fast', 'slow']) Get(name)(Things.prototype, name, Object.getOwnPropertyDescriptor(Things.prototype, name));
  Controller()(Things);
  class App {}
  const providers = [{ provide: Metrics, useValue: new Metrics('x') }, { provide: SERVICE, useValue: { name: 'x' } }];
  Module({ controllers: [Things], providers })(App);
  const log = (text) => console.log(text);
  createHttpApp(App).then(async (app) => {
    app.useLogger(false);
    shutDownOnSignals({ close: () => app.close(), logger: { debug: log, info: log, warn: log, error: log }, timeoutMs: 20_000 });
    await app.listen(0, '127.0.0.1');
    console.log('PORT', app.getHttpServer().address().port);
  });
`;

const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

function start(code: string) {
  const child = spawn(process.execPath, ['-C', '@comptoir/source', '-r', '@swc-node/register', '-e', code], {
    cwd: join(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const says = async (pattern: RegExp): Promise<RegExpMatchArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match) return match;
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      if (child.exitCode !== null && !pattern.test(output)) throw new Error(`It ended with ${child.exitCode} and said: ${output}`);
    }
  };
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, says, ended };
}

const get = (port: string, path: string, agent: Agent) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ port: Number(port), host: '127.0.0.1', path, agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

it.each(['SIGTERM', 'SIGINT'] as const)('ends requests that run, whatever connections stay open, and exits with 0 on %s', async (signal) => {
  const { child, says, ended } = start(httpProgram);
  const [, port = ''] = await says(/PORT (\d+)/);
  const agent = new Agent({ keepAlive: true });
  await get(port, '/fast', agent);
  const slow = get(port, '/slow', agent);
  await says(/HANDLING/);
  const idle = new Agent({ keepAlive: true });
  await get(port, '/fast', idle);
  child.kill(signal);
  await says(/Shutting down/);
  await eventually(() => expect(get(port, '/fast', new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
  child.kill('SIGUSR2');
  expect(await slow).toEqual({ status: 200, body: '{"done":true}' });
  expect(await ended).toEqual([0, null]);
});

it('exits at once when the same signal comes again, and not when the other does', async () => {
  const { child, says, ended } = start(program(`() => new Promise(() => process.on('SIGINT', () => console.log('GOT SIGINT')))`));
  await says(/STARTED/);
  child.kill('SIGTERM');
  await says(/Shutting down/);
  child.kill('SIGINT');
  await says(/GOT SIGINT/);
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
});

it('gives up with 1 when the shutdown hangs', async () => {
  const { child, says, ended } = start(program('() => new Promise(() => undefined)'));
  await says(/STARTED/);
  child.kill('SIGTERM');
  await says(/error The shutdown took too long/);
  expect(await ended).toEqual([1, null]);
});

it('says why the shutdown failed, and exits with 1', async () => {
  const { child, says, ended } = start(program(`() => Promise.reject(new Error('no way'))`));
  await says(/STARTED/);
  child.kill('SIGTERM');
  await says(/error The shutdown failed no way/);
  expect(await ended).toEqual([1, null]);
});

it.each([
  ['Unhandled rejection', `void Promise.reject(new Error('lost'));`],
  ['Uncaught exception', `setImmediate(() => { throw new Error('lost'); });`],
])('logs an %s and exits with 1', async (what, fault) => {
  const { says, ended } = start(program('async () => undefined', fault));
  await says(new RegExp(`error ${what} lost`));
  expect(await ended).toEqual([1, null]);
});
