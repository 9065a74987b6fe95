import { RetryNow, withCommit, type SqlTransaction } from '@comptoir/messaging';
import type { Reservation } from '../reservation';
import { lockReservations } from '../sql/lock-reservations';
import { lockStock } from '../sql/lock-stock';
import { ReturnOfAnotherOrder } from './errors';
import type { GoodsReturn, ReturnIds } from './goods-return';
import type { OrderReturns, ReturnedUnits, ReturnEntry, ReturnSettled } from './rules';
import { insertReturns } from './sql/insert-returns';
import { lockReturns } from './sql/lock-returns';
import { moveReturned } from './sql/move-returned';
import { readReturnedGoods } from './sql/read-returned-goods';
import { updateReturns } from './sql/update-returns';

const NONE: OrderReturns = new Map();

/**
 * The reservations of a batch's orders and the returns of their goods, locked: reservations by order id, returns by refund
 * id, and stock by SKU. Every transaction takes its locks in this sequence. Messages change it one after the other, and what
 * has changed is saved at the end.
 */
export class ReturnBooks {
  private readonly fresh = new Set<string>();
  private readonly changed = new Set<string>();
  private readonly dirty = new Map<string, Set<string>>();
  private readonly moved = new Map<string, number>();
  private available = new Map<string, number>();

  private constructor(
    private readonly tx: SqlTransaction,
    private readonly reservations: ReadonlyMap<string, Reservation>,
    private readonly returns: Map<string, GoodsReturn>,
    private readonly back: Map<string, OrderReturns>,
  ) {}

  static async open(tx: SqlTransaction, bodies: readonly ReturnIds[]): Promise<ReturnBooks> {
    const orderIds = [...new Set(bodies.map(({ orderId }) => orderId))];
    const refundIds = [...new Set(bodies.map(({ refundId }) => refundId))];
    // Sent together, run one after the other: the later ones read what there is once the first has its locks.
    const [reservations, returns, goods] = await Promise.all([
      lockReservations(tx, orderIds),
      lockReturns(tx, refundIds),
      readReturnedGoods(tx, orderIds),
    ]);
    const back = new Map<string, Map<string, ReturnedUnits>>();
    for (const { orderId, sku, ...units } of goods)
      back.set(orderId, (back.get(orderId) ?? new Map<string, ReturnedUnits>()).set(sku, units));
    return new ReturnBooks(
      tx,
      new Map(reservations.map((row) => [row.orderId, row])),
      new Map(returns.map((row) => [row.refundId, row])),
      back,
    );
  }

  /** Locks the stock of what these refunds have taken back: before anything of it is reversed. */
  async lockStockOf(refundIds: readonly string[]): Promise<void> {
    const returned = refundIds.flatMap((id) => (this.returns.get(id)?.state === 'returned' ? [...this.returns.get(id)!.lines] : []));
    const skus = [...new Set(returned.map(({ sku }) => sku))];
    if (skus.length > 0) this.available = new Map((await lockStock(this.tx, skus)).map((row) => [row.sku, row.available]));
  }

  apply(ids: ReturnIds, rule: (entry: ReturnEntry, available: ReadonlyMap<string, number>) => ReturnSettled): GoodsReturn {
    const { refundId, orderId } = ids;
    const before = this.returns.get(refundId);
    if (before && before.orderId !== orderId) throw new ReturnOfAnotherOrder({ refundId, orderId, recorded: before.orderId });
    const reservation = this.reservations.get(orderId);
    const { goods, back, moved } = rule({ reservation, goods: before, back: this.back.get(orderId) ?? NONE }, this.available);
    if (goods !== before) {
      (before ? this.changed : this.fresh).add(refundId);
      this.returns.set(refundId, goods);
      this.back.set(orderId, back);
    }
    for (const [sku, units] of moved) {
      this.dirty.set(orderId, (this.dirty.get(orderId) ?? new Set<string>()).add(sku));
      this.moved.set(sku, (this.moved.get(sku) ?? 0) + units);
      this.available.set(sku, (this.available.get(sku) ?? 0) + units);
    }
    return goods;
  }

  /** To be called last. */
  async save(): Promise<void> {
    const fresh = [...this.fresh].map((id) => this.returns.get(id)!);
    const inserted = fresh.length > 0 ? await insert(this.tx, fresh) : 0;
    // Without a reservation there was nothing to lock: a transaction that came first has decided otherwise.
    if (inserted < fresh.length) throw new RetryNow('Returns have been entered by another transaction meanwhile');
    const changed = [...this.changed].filter((id) => !this.fresh.has(id)).map((id) => this.returns.get(id)!);
    if (changed.length > 0) withCommit(update(this.tx, changed));
    if (this.dirty.size > 0) withCommit(this.move());
  }

  private move(): Promise<unknown> {
    const goods = [...this.dirty].flatMap(([orderId, skus]) =>
      [...skus].map((sku) => ({ orderId, sku, ...(this.back.get(orderId)?.get(sku) ?? { returned: 0, kept: 0 }) })),
    );
    return moveReturned(
      this.tx,
      goods.map(({ orderId }) => orderId),
      goods.map(({ sku }) => sku),
      goods.map(({ returned }) => returned),
      goods.map(({ kept }) => kept),
      [...this.moved.keys()],
      [...this.moved.values()],
    );
  }
}

async function insert(tx: SqlTransaction, returns: readonly GoodsReturn[]): Promise<number> {
  const rows = await insertReturns(
    tx,
    returns.map(({ refundId }) => refundId),
    returns.map(({ claimId }) => claimId),
    returns.map(({ orderId }) => orderId),
    returns.map(({ state }) => state),
    returns.map(({ lines }) => JSON.stringify(lines)),
    returns.map(({ reason }) => reason),
    returns.map(({ detail }) => detail),
  );
  return rows.length;
}

const update = (tx: SqlTransaction, returns: readonly GoodsReturn[]) =>
  updateReturns(
    tx,
    returns.map(({ refundId }) => refundId),
    returns.map(({ state }) => state),
    returns.map(({ reversed }) => reversed && JSON.stringify(reversed)),
    returns.map(({ reason }) => reason),
  );
