import { setTimeout as pause } from 'node:timers/promises';
import type { SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { CaptureRequest, Charge, ChargeRefund, RefundRequest } from './charge';
import { GatewayFailed, GatewayKeyReused } from './errors';
import { MicroBatch } from './micro-batch';
import { RefundDesk } from './refund-desk';
import { insertCharges } from './sql/insert-charges';
import { readCharges } from './sql/read-charges';
import { refundCharges } from './sql/refund-charges';
import { behaviourOf, type Behaviour, type OnRefund } from './tokens';

export interface SimulationOptions {
  /** Its books. Each statement commits by itself. */
  readonly books: SqlTransaction;
  readonly latencyMs: number;
  /** Share of requests that end in a technical error, one half of them after the work was done. */
  readonly failureRate: number;
  readonly random?: () => number;
}

interface Recorded {
  readonly charge: Charge;
  readonly isNew: boolean;
}

/**
 * The far end: a payment gateway as an outside system behaves. Idempotent by key: a key gets one charge, and the same
 * answer ever after. A request whose caller went away before it reached the books does nothing.
 */
export class SimulatedGateway {
  private readonly captures = new MicroBatch((requests: readonly CaptureRequest[]) => this.record(requests));
  private readonly refunds = new MicroBatch((keys: readonly string[]) => this.giveBack(keys));
  private readonly desk: RefundDesk;
  private readonly random: () => number;

  constructor(private readonly options: SimulationOptions) {
    this.desk = new RefundDesk(options.books);
    this.random = options.random ?? Math.random;
  }

  async capture(request: CaptureRequest, signal: AbortSignal): Promise<Charge> {
    const { key, amount, token } = request;
    const behaviour = behaviourOf(token);
    await this.travel(behaviour, signal);
    const fails = this.failure(key);
    fails.before();
    const { charge, isNew } = await this.captures.add(request);
    if (charge.amount.amount !== amount.amount || charge.amount.currency !== amount.currency)
      throw new GatewayKeyReused({ key, recorded: inWords(charge), asked: inWords({ amount }) });
    fails.after();
    if (behaviour.kind === 'late' && isNew) await never(signal);
    return charge;
  }

  /** Gives back what is left of what was captured under the key; `undefined` when there is no charge. Asked again, the same. */
  async refund(key: string, signal: AbortSignal): Promise<Charge | undefined> {
    await this.travel({ kind: 'approve' }, signal);
    const fails = this.failure(key);
    fails.before();
    const charge = await this.refunds.add(key);
    fails.after();
    return charge;
  }

  /** Gives back part of a charge, under a key of its own: paid or refused, and the same answer ever after. */
  async refundPart(request: RefundRequest, signal: AbortSignal): Promise<ChargeRefund> {
    await this.travel({ kind: 'approve' }, signal);
    const fails = this.failure(request.key);
    fails.before();
    const { refund, getsLost } = await this.desk.refund(request);
    fails.after();
    if (getsLost) await never(signal);
    return refund;
  }

  async charge(key: string): Promise<Charge | undefined> {
    return (await readCharges(this.options.books, [key]))[0];
  }

  private async travel(behaviour: Behaviour, signal: AbortSignal): Promise<void> {
    if (behaviour.kind === 'timeout') await never(signal);
    const ms = this.options.latencyMs + (behaviour.kind === 'slow' ? behaviour.ms : 0);
    if (ms > 0) await pause(ms, undefined, { signal });
    signal.throwIfAborted();
  }

  private failure(key: string) {
    const { failureRate } = this.options;
    const drawn = failureRate > 0 ? this.random() : 1;
    const failWhen = (fails: boolean) => {
      if (fails) throw new GatewayFailed({ key });
    };
    return {
      before: () => failWhen(drawn < failureRate / 2),
      after: () => failWhen(drawn < failureRate),
    };
  }

  private async record(requests: readonly CaptureRequest[]): Promise<readonly Recorded[]> {
    const charges = new Map<string, Charge>();
    const onRefund = new Map<string, OnRefund | null>();
    for (const request of requests)
      if (!charges.has(request.key)) {
        charges.set(request.key, chargeFor(request));
        onRefund.set(request.key, onRefundOf(request));
      }
    const wanted = [...charges.values()];
    const inserted = await insertCharges(
      this.options.books,
      wanted.map(({ key }) => key),
      wanted.map(({ chargeId }) => chargeId),
      wanted.map(({ status }) => status),
      wanted.map(({ amount }) => amount.amount),
      wanted.map(({ amount }) => amount.currency),
      wanted.map(({ reason }) => reason),
      wanted.map(({ key }) => onRefund.get(key)),
    );
    const fresh = new Set(inserted.map(({ key }) => key));
    const others = wanted.filter(({ key }) => !fresh.has(key)).map(({ key }) => key);
    if (others.length > 0)
      for (const charge of await readCharges(this.options.books, others)) charges.set(charge.key, charge);
    return requests.map(({ key }) => ({ charge: charges.get(key)!, isNew: fresh.delete(key) }));
  }

  private async giveBack(keys: readonly string[]): Promise<readonly (Charge | undefined)[]> {
    await refundCharges(this.options.books, keys);
    const charges = new Map((await readCharges(this.options.books, keys)).map((charge) => [charge.key, charge]));
    return keys.map((key) => charges.get(key));
  }
}

function chargeFor({ key, amount, token }: CaptureRequest): Charge {
  const behaviour = behaviourOf(token);
  const declined = behaviour.kind === 'decline' ? behaviour.reason : null;
  return { key, chargeId: uuidv7(), status: declined === null ? 'captured' : 'declined', amount, reason: declined, refunded: 0 };
}

function onRefundOf({ token }: CaptureRequest): OnRefund | null {
  const behaviour = behaviourOf(token);
  return (behaviour.kind === 'approve' && behaviour.onRefund) || null;
}

const inWords = ({ amount }: Pick<Charge, 'amount'>) => `${amount.amount} ${amount.currency}`;

/** Waits until the caller gives up. */
const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
