import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '../fail';

/** A process we started. The stamp (its start time) tells it from a later one that was given the same id. */
export interface ProcessRecord {
  readonly pid: number;
  readonly stamp: string;
}

export interface ServerRecord extends ProcessRecord {
  readonly log: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** When the process started, as the system tells it; undefined when there is no such process. */
export function stampOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold spaces
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export const isAlive = (record: ProcessRecord | undefined): record is ProcessRecord =>
  record !== undefined && stampOf(record.pid) === record.stamp;

/** Starts a server in a session of its own (Ctrl-C in our terminal does not reach it), output to a log file. */
export async function startDetached(
  command: string,
  args: readonly string[],
  options: { cwd: string; log: string; env: NodeJS.ProcessEnv; account?: Account | undefined },
): Promise<ProcessRecord> {
  mkdirSync(dirname(options.log), { recursive: true });
  const log = openSync(options.log, 'a');
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...options.account,
    });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const pid = child.pid as number;
    return { pid, stamp: stampOf(pid) ?? '' };
  } finally {
    closeSync(log);
  }
}

/** Ends a process we started: politely first; by force when it does not go in time. */
export async function stop(record: ProcessRecord, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  if (!isAlive(record)) return;
  process.kill(record.pid, signal);
  while (isAlive(record)) {
    if (Date.now() > deadline) {
      process.kill(record.pid, 'SIGKILL');
      return;
    }
    await delay(25);
  }
}

/** Waits until `ready` says so. Gives up at once when the process is gone, showing the end of its log. */
export async function untilReady(
  what: string,
  record: ServerRecord,
  ready: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready())) {
    const gone = !isAlive(record);
    if (gone || Date.now() > deadline) {
      throw new ToolError(
        'server-not-ready',
        `${what} ${gone ? 'ended while starting' : `was not ready after ${timeoutMs / 1000} s`}. Its log, ${record.log}, ends with:\n${tailOf(record.log)}`,
        { log: record.log },
      );
    }
    await delay(50);
  }
}

export function tailOf(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
