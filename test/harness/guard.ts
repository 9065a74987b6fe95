import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../tools/root';

let guard: ChildProcess | undefined;

/** Services run in sessions of their own, so a test run that is killed would leave them behind: a guard ends them then. */
export function guarded(pid: number | undefined): void {
  if (pid === undefined) return;
  guard ??= start();
  guard.stdin?.write(`+${pid}\n`);
}

export function unguarded(pid: number | undefined): void {
  if (pid !== undefined) guard?.stdin?.write(`-${pid}\n`);
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [join(ROOT, 'test/harness/guard.mjs')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return child;
}
