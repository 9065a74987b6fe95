import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from './services';
import { ROOT } from './root';
import { isListening } from './stack/ports';

/** As on a machine where nothing runs: servers, ports and data of its own. */
const SHIFT = 6_000;
const FIRST_PORT = 4301 + SHIFT;
let stackDir: string;
beforeAll(() => {
  stackDir = mkdtempSync(join(tmpdir(), 'comptoir-start-'));
});
afterAll(() => rmSync(stackDir, { recursive: true, force: true }));

interface Run {
  readonly output: () => string;
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

function npmStart(...args: readonly string[]): Run {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('COMPTOIR_'));
  const env = { ...Object.fromEntries(inherited), COMPTOIR_STACK_DIR: stackDir, COMPTOIR_PORT_SHIFT: String(SHIFT) };
  const child = spawn(process.execPath, ['-C', '@comptoir/source', '-r', '@swc-node/register', 'tools/start.ts', ...args], { cwd: ROOT, env });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      listeners.forEach((listener) => listener());
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(text) && resolve();
      listeners.add(look);
      void ended.then(() => reject(new Error(`It ended without saying "${text}":\n${output}`)));
    });
  return { output: () => output, says, ended, kill: (signal) => child.kill(signal) };
}

const listening = async () => {
  const ports = [...SERVICES.map((_, index) => FIRST_PORT + index), 24432 + SHIFT, 24672 + SHIFT, 24674 + SHIFT, 24676 + SHIFT];
  const states = await Promise.all(ports.map(async (port) => ((await isListening(port)) ? [port] : [])));
  return states.flat();
};

const tellsFiveStories = (output: string) => {
  expect(output).toMatch(/1\. Goes through[\s\S]*COMPLETED/);
  expect(output).toMatch(/2\. The payment is declined[\s\S]*CANCELLED \(payment declined/);
  expect(output).toMatch(/3\. Out of stock[\s\S]*CANCELLED \(out-of-stock/);
  expect(output).toMatch(/payments\.payment-declined[\s\S]*inventory\.stock-released[\s\S]*orders\.order-cancelled/);
  const [settled = '', refused = ''] = output.slice(output.search(/^4\. /m)).split(/^5\. /m);
  expect(settled).toMatch(/^4\. A claim is settled[\s\S]*SETTLED; the refund ended[\s\S]*claims\.refund-requested[\s\S]*payments\.refund-calculated[\s\S]*inventory\.stock-returned[\s\S]*payments\.refund-issued[\s\S]*claims\.claim-settled/);
  expect(settled).toMatch(/notifications\.customer-notified/);
  expect(refused).toMatch(/^A refund is refused[\s\S]*REJECTED \([^)]*(left|sold)[\s\S]*claims\.refund-requested[\s\S]*claims\.refund-failed/);
};

/** The README's commands as requests, what they leave open filled in from the answer before. */
async function asTheReadmeSays(): Promise<Record<string, unknown>> {
  const commands = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^curl (?:--json '(.+?)' )?(?:-H '(.+?): (.+?)' )?localhost:(\d+)(\S+)$/gm);
  let answer: Record<string, unknown> = {};
  for (const [, body, header, value = '', port, path = ''] of commands) {
    const filled = (text: string) => text.replace(/<(\w+)>/g, (_open, name: string) => String(answer[name]));
    const response: Response = await fetch(`http://127.0.0.1:${Number(port) + SHIFT}${filled(path)}`, {
      ...(body === undefined ? {} : { method: 'POST', body: filled(body) }),
      headers: { 'content-type': 'application/json', ...(header === undefined ? {} : { [header]: value }) },
    });
    expect(response.ok).toBe(true);
    answer = (await response.json()) as Record<string, unknown>;
  }
  return answer;
}

test('npm start tells five stories, stays up until Ctrl-C and then stops everything it started', async () => {
  const run = npmStart();
  await run.says('Ctrl-C stops everything');
  expect(await listening()).toHaveLength(SERVICES.length + 4);
  const page = await fetch(`http://127.0.0.1:${FIRST_PORT}/docs-json`);
  expect(page.status).toBe(200);
  expect(await asTheReadmeSays()).toMatchObject({ type: 'order-fulfilment', timeline: expect.arrayContaining([expect.objectContaining({ state: 'PAYMENT_PROCESSED' })]) });
  run.kill('SIGINT');
  expect(await run.ended).toBe(0);
  tellsFiveStories(run.output());
  expect(await listening()).toEqual([]);
}, 180_000);

test('a second start finds its data again; with --exit it ends by itself, with 0 since all orders and refunds ended as they should', async () => {
  const run = npmStart('--exit');
  expect(await run.ended).toBe(0);
  tellsFiveStories(run.output());
  expect(await listening()).toEqual([]);
}, 180_000);
