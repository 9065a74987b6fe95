import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '../fail';
import { ROOT } from '../root';
import { tailOf } from '../stack/processes';

export interface ProcessPlan {
  /** The service's name; with more than one of it, `name#2`. */
  readonly label: string;
  /** What it says it is. */
  readonly service: string;
  readonly main: string;
  readonly url: string;
  readonly nodeArgs: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  /** Called with every line it prints. */
  readonly onLine?: ((label: string, line: string) => void) | undefined;
}

/** What the tools start must not outlive them, even where they end without stopping it. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/**
 * A message lives for a few milliseconds: in a larger nursery most are dead before a scavenge copies them (V8's default
 * is 16 MB). The Dockerfile starts the services with the same.
 */
const NODE_FLAGS = ['--max-semi-space-size=64'];

/** One service as a process of its own: can be killed at any moment and started again. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private ended: Promise<string> = Promise.resolve('not started');

  constructor(private readonly plan: ProcessPlan) {}

  get label(): string {
    return this.plan.label;
  }
  get url(): string {
    return this.plan.url;
  }
  get log(): string {
    return this.plan.log;
  }
  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }
  /** Resolves when it ends, with the exit code or the signal in words. */
  get exited(): Promise<string> {
    return this.ended;
  }

  /** Starts it, with changes to its environment for this time only. Does not wait: see `ready`. */
  start(env: NodeJS.ProcessEnv = {}): void {
    if (this.child) throw new Error(`${this.label} runs already`);
    mkdirSync(dirname(this.log), { recursive: true });
    const child = spawn(process.execPath, [...NODE_FLAGS, ...this.plan.nodeArgs, this.plan.main], {
      cwd: ROOT,
      env: { ...this.plan.env, ...env },
      // A group of its own: Ctrl-C reaches us only, and we stop the services in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    running.add(child);
    const file = createWriteStream(this.log, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(file, { end: false });
      const { onLine } = this.plan;
      if (onLine) createInterface(stream).on('line', (line) => onLine(this.label, line));
    }
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        running.delete(child);
        this.child = undefined;
        file.end(() => resolve(how));
      };
      child.once('error', (error) => end(error.message));
      // Not `exit`: its last lines may still be in the pipe then.
      child.once('close', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Resolves when it answers that it is ready; rejects when it ends before, or takes too long. */
  async ready(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const state = await this.readiness();
      if (state === 'ready' && this.child) return;
      if (!this.child || Date.now() > deadline) {
        const what = this.child ? `is not ready after ${timeoutMs / 1_000} s (${state})` : `ended while starting (${await this.ended})`;
        throw new ToolError('service-not-ready', `${this.label} ${what}. Its log, ${this.log}, ends with:\n${tailOf(this.log)}`);
      }
      await delay(25);
    }
  }

  private async readiness(): Promise<string> {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      const text = await answer.text();
      if (!answer.ok) return text;
      const { service } = JSON.parse(text) as { service?: unknown };
      // Whoever has its port would be taken for it.
      return service === this.plan.service ? 'ready' : `${this.url} is answered by ${String(service)}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Asks it to drain and end (SIGTERM); kills it when it takes longer than `graceMs`. */
  async stop(graceMs = 35_000): Promise<void> {
    if (!this.child) return;
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Waits for its end if it is ending, starts it again and waits until it is ready. */
  async restart(env: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.stop();
    this.start(env);
    await this.ready();
  }
}
