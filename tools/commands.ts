import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ToolError } from './fail';
import { ROOT } from './root';

export interface Output {
  readonly code: number;
  readonly text: string;
}

/** A program of node_modules/.bin, in the checkout. */
export const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);

/** Runs a program and keeps what it prints; `show` passes it on as it comes. */
export function run(program: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv; show?: boolean } = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', ...options.env };
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const take = (out: NodeJS.WriteStream) => (chunk: Buffer) => {
      text += chunk.toString();
      if (options.show) out.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), text }));
  });
}

/** The same; a failure is thrown together with what was printed. */
export async function runOrFail(what: string, program: string, args: readonly string[]): Promise<string> {
  const { code, text } = await run(program, args);
  if (code !== 0) throw new ToolError('command-failed', `${what} failed:\n${text.trim()}`);
  return text;
}
