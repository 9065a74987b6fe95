import type { Clock, Timer } from './clock';
import { wireMessage } from './envelope';
import { failPoint, failPointOnceSent, switchedOff } from './failpoint';
import { pauseBefore } from './failure';
import type { Logger } from './logger';
import type { EndpointObserver } from './observer';
import type { Transport } from './transport';
import type { OutboxRow, UnitOfWork } from './unit-of-work';

/** Confirmed rows are cleared with the next batch, or by themselves after this long. */
const CLEAR_AFTER_MS = 250;
/** Rows this old have missed their way out: their process crashed, or the broker was away. */
const RELAY_AFTER_MS = 3_000;
const RELAY_EVERY_MS = 1_000;
const RELAY_LIMIT = 500;
/** Unconfirmed messages at most; above, no new batch starts. */
const MAX_IN_FLIGHT = 2_000;

export interface OutboxOptions<Tx> {
  readonly appId: string;
  readonly transport: Transport;
  readonly unitOfWork: UnitOfWork<Tx>;
  readonly logger: Logger;
  readonly observer: EndpointObserver;
  readonly clock: Clock;
  /** Publishing has room again. */
  readonly onRoom: () => void;
}

/**
 * Takes committed messages to the broker: straight from memory after their commit, and by a relay those that a crash or
 * an outage left in the table. A row is deleted only after its confirm; a row published twice is absorbed by the inbox.
 */
export class Outbox<Tx> {
  /** On their way to the broker, or confirmed and about to be cleared: not for the relay. */
  private readonly held = new Set<string>();
  private confirmed: string[] = [];
  private inFlight = 0;
  private clearTimer: Timer | undefined;
  private relayTimer: Timer | undefined;
  private relaying: Promise<void> | undefined;
  private failures = 0;
  private stopped = false;
  private settledWaiters: (() => void)[] = [];

  constructor(private readonly options: OutboxOptions<Tx>) {}

  /** Sweeps at once what an earlier process left, then regularly. */
  start(): void {
    this.options.transport.onConnected(() => this.relayIn(0));
    this.relayIn(0);
  }

  get hasRoom(): boolean {
    return this.inFlight < MAX_IN_FLIGHT;
  }

  /** The ids to delete with the transaction that is about to commit. Give them back if it does not. */
  takeConfirmed(): string[] {
    const taken = this.confirmed;
    this.confirmed = [];
    return taken;
  }

  giveBack(ids: readonly string[]): void {
    this.confirmed.push(...ids);
    this.clearSoon();
  }

  /** Their deletion is committed. */
  cleared(ids: readonly string[]): void {
    for (const id of ids) this.held.delete(id);
  }

  /** Keeps the relay of this process away from rows that are about to be committed. */
  hold(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.held.add(row.id);
  }

  release(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.held.delete(row.id);
  }

  /** Publishes committed rows; what is not confirmed stays in the table for the relay. Does not reject. */
  async publish(
    rows: readonly OutboxRow[],
    versions: ReadonlyMap<string, number>,
    work: string,
  ): Promise<void> {
    if (rows.length === 0) return;
    const { transport, observer, appId, logger } = this.options;
    this.inFlight += rows.length;
    const publishing = transport.publish(rows.map((row) => wireMessage(row, versions.get(row.id), appId)));
    failPointOnceSent('after-publish', work);
    const outcomes = await publishing;
    this.inFlight -= rows.length;
    const counts = new Map<(typeof outcomes)[number], number>();
    rows.forEach((row, index) => {
      const outcome = switchedOff('confirms') ? 'confirmed' : (outcomes[index] ?? 'unknown');
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome === 'confirmed') this.confirmed.push(row.id);
      else this.held.delete(row.id);
      if (outcome === 'returned' || outcome === 'refused')
        logger.error(`The broker ${outcome} a message; it stays in the outbox and is sent again`, {
          exchange: row.exchange,
          routingKey: row.routingKey,
          messageId: row.id,
          hint: outcome === 'returned' ? 'no queue takes this routing key: is the topology imported?' : 'is the queue full, or the user not permitted?',
        });
    });
    for (const [outcome, count] of counts) observer.published?.(outcome, count);
    failPoint('after-confirm', work);
    this.clearSoon();
    this.options.onRoom();
    if (this.inFlight === 0) for (const resolve of this.settledWaiters.splice(0)) resolve();
  }

  /** Waits for the confirms on their way, at most `timeoutMs`, and clears what they confirmed. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopped = true;
    this.relayTimer?.cancel();
    this.clearTimer?.cancel();
    await this.relaying;
    if (this.inFlight > 0)
      await new Promise<void>((resolve) => {
        const timer = this.options.clock.setTimeout(resolve, timeoutMs);
        this.settledWaiters.push(() => {
          timer.cancel();
          resolve();
        });
      });
    await this.clear();
  }

  private clearSoon(): void {
    if (this.clearTimer || this.stopped || this.confirmed.length === 0) return;
    this.clearTimer = this.options.clock.setTimeout(() => {
      this.clearTimer = undefined;
      void this.clear();
    }, CLEAR_AFTER_MS);
  }

  private async clear(): Promise<void> {
    const ids = this.takeConfirmed();
    if (ids.length === 0) return;
    const { unitOfWork } = this.options;
    try {
      await unitOfWork.run((tx) => unitOfWork.store.record(tx, [], ids));
      this.cleared(ids);
    } catch {
      this.giveBack(ids);
    }
  }

  private relayIn(ms: number): void {
    if (this.stopped) return;
    this.relayTimer?.cancel();
    this.relayTimer = this.options.clock.setTimeout(() => {
      this.relaying ??= this.relay().finally(() => {
        this.relaying = undefined;
        this.relayIn(this.failures > 0 ? pauseBefore(this.failures) : RELAY_EVERY_MS);
      });
    }, ms);
  }

  private async relay(): Promise<void> {
    const { transport, unitOfWork, logger, appId } = this.options;
    try {
      while (transport.connected && !this.stopped && this.hasRoom && !switchedOff('relay')) {
        const rows = await unitOfWork.run((tx) =>
          unitOfWork.store.sweep(tx, { ageMs: RELAY_AFTER_MS, limit: RELAY_LIMIT, except: [...this.held] }),
        );
        if (rows.length === 0) break;
        logger.warn('Sending messages that a crash or an outage left in the outbox', { count: rows.length });
        this.hold(rows);
        const versions = new Map(rows.flatMap((row) => (row.streamVersion === undefined ? [] : [[row.id, row.streamVersion]])));
        const before = this.confirmed.length;
        await this.publish(rows, versions, `${appId}.relay`);
        if (this.confirmed.length === before) break;
      }
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) logger.warn('The outbox cannot be swept now', { error: String(error) });
    }
  }
}
