import { createHash } from 'node:crypto';
import { commitBatch } from './batch';
import type { WorkSource } from './batch-loop';
import { CommitOutcomeUnknown, EndpointUnavailable, IdempotencyKeyReused } from './errors';
import { classify, pauseBefore } from './failure';
import type { Accepted, RequestHandler } from './handler';
import { Pause } from './pause';
import type { SourceOptions } from './queue-source';
import type { MessageType } from '@comptoir/contracts';
import type { StoredReply } from './unit-of-work';

/** Requests that wait at most; more are refused, so that callers hear of overload at once. */
const MAX_WAITING = 5_000;
/** A request that could not be served for this long is refused. */
const MAX_WAIT_MS = 10_000;

interface Waiting {
  readonly input: unknown;
  readonly key: { scope: string; key: string; fingerprint: string } | undefined;
  readonly since: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests from outside, in the same batches, transactions and outbox as the messages. */
export class RequestSource<Tx> implements WorkSource {
  readonly work: string;
  private waiting: Waiting[] = [];
  private readonly pause: Pause;
  private failures = 0;

  constructor(
    private readonly handler: RequestHandler<never, unknown, Tx>,
    private readonly options: SourceOptions<Tx>,
  ) {
    this.work = `${options.service}.${handler.name}`;
    this.pause = new Pause({ clock: options.clock, onEnd: () => options.loop.wake() });
  }

  waitingSince(): number | undefined {
    return this.pause.lasts ? undefined : this.waiting[0]?.since;
  }

  get maxBatch(): number {
    return this.handler.maxBatch;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  submit(input: unknown, idempotencyKey: string | undefined): Promise<unknown> {
    if (this.waiting.length >= MAX_WAITING)
      return Promise.reject(new EndpointUnavailable('Too many requests wait already', { work: this.work }));
    const key = idempotencyKey === undefined ? undefined : { scope: this.handler.name, key: idempotencyKey, fingerprint: fingerprint(input) };
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, key, since: this.options.clock.now(), resolve, reject });
      this.options.loop.wake();
    });
  }

  async runBatch(): Promise<void> {
    const taken = this.waiting.splice(0, this.handler.maxBatch);
    try {
      await this.handleAll(taken);
    } catch (error) {
      this.waitAndTryAgain(taken, error);
    }
  }

  private async handleAll(taken: readonly Waiting[]): Promise<void> {
    try {
      await this.commit(taken);
    } catch (error) {
      if (classify(error) !== 'isolate') throw error;
      if (taken.length === 1) taken[0]?.reject(error);
      else for (const each of taken) await this.handleAlone(each);
    }
  }

  private async handleAlone(each: Waiting): Promise<void> {
    try {
      await this.commit([each]);
    } catch (error) {
      if (classify(error) === 'isolate') each.reject(error);
      else this.waitAndTryAgain([each], error);
    }
  }

  private async commit(taken: readonly Waiting[]): Promise<void> {
    const { unitOfWork, outbox, clock, observer } = this.options;
    const started = clock.now();
    // Two requests with one key in one batch: the first is handled, the other gets its reply afterwards.
    const first = new Map<string, Waiting>();
    const again: Waiting[] = [];
    const fresh: Waiting[] = [];
    for (const each of taken) {
      if (each.key && first.has(each.key.key)) again.push(each);
      else {
        if (each.key) first.set(each.key.key, each);
        fresh.push(each);
      }
    }
    const settle = await commitBatch(this.work, { unitOfWork, outbox, now: clock.now }, async (tx) => {
      const keys = fresh.flatMap(({ key }) => key ?? []);
      const stored = new Map<string, StoredReply>();
      if (keys.length > 0) for (const reply of await unitOfWork.store.takeKeys(tx, keys)) stored.set(reply.key, reply);
      const todo = fresh.filter(({ key }) => !key || !stored.has(key.key));
      const inputs = todo.map(({ input }) => input as never);
      const accepted: readonly Accepted<unknown, MessageType>[] = todo.length > 0 ? await this.handler.batch(inputs, tx) : [];
      if (accepted.length !== todo.length)
        throw new Error(`${this.work} returned ${accepted.length} results for ${todo.length} requests; it owes one each`);
      const replies = todo.flatMap(({ key }, index) => (key ? [{ ...key, reply: accepted[index]?.reply }] : []));
      if (replies.length > 0) void unitOfWork.store.storeReplies(tx, replies).catch(() => undefined);
      const effects = accepted.flatMap(({ messages = [] }) => messages.map((outgoing) => ({ cause: undefined, outgoing })));
      return { result: { stored, todo, accepted }, effects };
    });
    this.failures = 0;
    settle.todo.forEach((each, index) => each.resolve(settle.accepted[index]?.reply));
    for (const each of fresh) {
      const reply = each.key && settle.stored.get(each.key.key);
      if (reply) this.replay(each, reply);
    }
    observer.batch?.(this.work, settle.todo.length, (clock.now() - started) / 1_000);
    if (again.length > 0) {
      this.waiting.unshift(...again);
      this.options.loop.wake();
    }
  }

  private replay(each: Waiting, stored: StoredReply): void {
    if (each.key?.fingerprint === stored.fingerprint) each.resolve(stored.reply);
    else each.reject(new IdempotencyKeyReused('This Idempotency-Key was used before, with another request', { key: stored.key }));
  }

  private waitAndTryAgain(taken: readonly Waiting[], error: unknown): void {
    const { clock, logger } = this.options;
    this.failures += 1;
    const pause = classify(error) === 'again' ? this.failures : pauseBefore(this.failures);
    const keep: Waiting[] = [];
    for (const each of taken) {
      if (error instanceof CommitOutcomeUnknown && !each.key)
        each.reject(new EndpointUnavailable('The connection went while committing: the request may have been carried out. Send an Idempotency-Key to be able to repeat it safely.'));
      else if (clock.now() + pause - each.since > MAX_WAIT_MS)
        each.reject(new EndpointUnavailable('The database is away', { work: this.work }));
      else keep.push(each);
    }
    if (this.failures === 1) logger.warn('Requests cannot be handled now; they are tried again', { work: this.work, error: String(error) });
    this.waiting.unshift(...keep);
    this.pause.start(pause);
  }
}

/** The same request, whatever the order of its fields. */
function fingerprint(input: unknown): string {
  const sorted = JSON.stringify(input, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted ?? 'undefined').digest('base64url');
}
