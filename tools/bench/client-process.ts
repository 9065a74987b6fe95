import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ToolError } from '../fail';
import type { ClientPlan, ClientResult, FromClient, ToClient } from './client';
import type { Block } from './plan';

type Progress = (what: string, done: number, of: number) => void;

/** The client's process, as seen from outside. */
export class ClientProcess {
  private readonly child: ChildProcess;

  constructor(private readonly onProgress: Progress) {
    this.child = fork(join(__dirname, 'client.ts'), {
      execArgv: ['-C', '@comptoir/source', '-r', '@swc-node/register'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true, // Ctrl-C is ours to pass on.
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when carts are made and everything is warm. */
  async prepare(plan: ClientPlan, signal: AbortSignal): Promise<void> {
    await this.ask({ type: 'prepare', plan }, 'warm', signal);
  }

  async measure(block: Block, signal: AbortSignal): Promise<ClientResult> {
    return (await this.ask({ type: 'measure', block }, 'done', signal)).result;
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private ask<T extends FromClient['type']>(question: ToClient, type: T, signal: AbortSignal): Promise<Extract<FromClient, { type: T }>> {
    return new Promise((resolve, reject) => {
      const done = () => {
        this.child.off('message', onMessage).off('exit', onExit);
        signal.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown) => {
        done();
        reject(error);
      };
      const onAbort = () => fail(signal.reason);
      const onExit = () => fail(new ToolError('client-ended', 'The client ended before its work was done.'));
      const onMessage = (message: FromClient) => {
        if (message.type === 'progress') this.onProgress(message.what, message.done, message.of);
        else if (message.type === 'failed') fail(new ToolError('client-failed', message.reason));
        else if (message.type === type) {
          done();
          resolve(message as Extract<FromClient, { type: T }>);
        }
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.child.on('message', onMessage).once('exit', onExit);
      this.child.send(question);
    });
  }
}
