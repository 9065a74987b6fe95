import { RetryNow, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { PaymentNotFound } from '../errors';
import { RefundOfAnotherOrder } from './errors';
import type { Refund, RefundIds } from './refund';
import { LOOK_AGAIN, type Account, type Entry, type Settled } from './rules';
import { insertRefunds } from './sql/insert-refunds';
import { lockAccounts } from './sql/lock-accounts';
import { lockRefunds } from './sql/lock-refunds';
import { updateRefunds } from './sql/update-refunds';

/**
 * The money of a batch's orders and its refunds, locked: payments by order id, then refunds by their id. Every transaction
 * takes them in this sequence. Messages change it one after the other, and what has changed is saved at the end.
 */
export class Ledger {
  private readonly fresh = new Set<string>();
  private readonly changed = new Set<string>();
  private readonly moved = new Set<string>();

  private constructor(
    private readonly tx: SqlTransaction,
    private readonly accounts: Map<string, Account>,
    private readonly refunds: Map<string, Refund>,
  ) {}

  static async open(tx: SqlTransaction, bodies: readonly RefundIds[]): Promise<Ledger> {
    const orderIds = [...new Set(bodies.map(({ orderId }) => orderId))];
    const refundIds = [...new Set(bodies.map(({ refundId }) => refundId))];
    // Sent together, run one after the other: the second reads what there is once the first has its locks.
    const [accounts, refunds] = await Promise.all([lockAccounts(tx, orderIds), lockRefunds(tx, refundIds)]);
    return new Ledger(tx, new Map(accounts.map((each) => [each.orderId, each])), new Map(refunds.map((each) => [each.refundId, each])));
  }

  /** Applies a rule to a refund and its order's money. Throws `RetryNow` where the rule has to be told more. */
  apply(ids: RefundIds, rule: (entry: Entry) => Settled | typeof LOOK_AGAIN): Refund {
    const { refundId, orderId } = ids;
    const before: Entry = { account: this.accounts.get(orderId), refund: this.refunds.get(refundId) };
    if (before.refund && before.refund.orderId !== orderId)
      throw new RefundOfAnotherOrder({ refundId, orderId, recorded: before.refund.orderId });
    const after = rule(before);
    if (after === LOOK_AGAIN) throw new RetryNow(`Refund ${refundId} has become ${before.refund?.state} meanwhile`, { refundId });
    if (after.refund !== before.refund) {
      if (before.refund) this.changed.add(refundId);
      else this.fresh.add(refundId);
      this.refunds.set(refundId, after.refund);
    }
    if (after.account && after.account !== before.account) {
      this.moved.add(orderId);
      this.accounts.set(orderId, after.account);
    }
    // Once money is held there is a payment, and payments are never deleted.
    if (!after.account && after.refund.state !== 'refused' && after.refund.state !== 'void') throw new PaymentNotFound({ orderId });
    return after.refund;
  }

  /** To be called last. */
  async save(): Promise<void> {
    const fresh = [...this.fresh].map((id) => this.refunds.get(id)!);
    const inserted = fresh.length > 0 ? await insert(this.tx, fresh) : 0;
    // Without a payment there was nothing to lock: a transaction that came first has decided otherwise.
    if (inserted < fresh.length) throw new RetryNow('Refunds have been entered by another transaction meanwhile');
    const changed = [...this.changed].filter((id) => !this.fresh.has(id)).map((id) => this.refunds.get(id)!);
    const moved = [...this.moved].map((id) => this.accounts.get(id)!);
    if (changed.length + moved.length > 0) withCommit(update(this.tx, changed, moved));
  }
}

async function insert(tx: SqlTransaction, refunds: readonly Refund[]): Promise<number> {
  const rows = await insertRefunds(
    tx,
    refunds.map(({ refundId }) => refundId),
    refunds.map(({ claimId }) => claimId),
    refunds.map(({ orderId }) => orderId),
    refunds.map(({ customerId }) => customerId),
    refunds.map(({ state }) => state),
    refunds.map(({ amount }) => amount),
    refunds.map(({ currency }) => currency),
    refunds.map(({ lines }) => JSON.stringify(lines)),
    refunds.map(({ reason }) => reason),
    refunds.map(({ detail }) => detail),
  );
  return rows.length;
}

const update = (tx: SqlTransaction, refunds: readonly Refund[], accounts: readonly Account[]) =>
  updateRefunds(
    tx,
    refunds.map(({ refundId }) => refundId),
    refunds.map(({ state }) => state),
    refunds.map(({ reason }) => reason),
    accounts.map(({ orderId }) => orderId),
    accounts.map(({ refunded }) => refunded),
    accounts.map(({ held }) => held),
  );
