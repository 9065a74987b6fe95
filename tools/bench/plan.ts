import type { Coordination } from '@comptoir/contracts/orders';

/** What a run does; goes to the client's process as JSON. */
export interface BenchPlan {
  readonly sagas: number;
  /** Orders before the measured part: compilers and caches warm up. */
  readonly warmUp: number;
  /** Closed loop: so many orders are open at any time; the next one starts when one has ended. */
  readonly inFlight: number;
  /** Open loop: so many orders per second, whether or not the earlier ones have ended. */
  readonly rate: number | undefined;
  /** Who leads the orders to their end; both: one half each, in turn on the same system, so that what disturbs one disturbs both. */
  readonly coordination: Coordination | 'both';
}

/** Orders that are measured in one go, all in one style: numbers `from` to `from + count - 1`. */
export interface Block {
  readonly coordination: Coordination;
  readonly from: number;
  readonly count: number;
}

/** Of each style, where there are two. */
const BLOCKS = 4;

/**
 * The measured orders. Two styles take turns as A B B A A B B A: what gets slower or faster with time, such as growing tables,
 * falls on both alike.
 */
export function blocksOf({ sagas, coordination }: Pick<BenchPlan, 'sagas' | 'coordination'>): Block[] {
  if (coordination !== 'both') return [{ coordination, from: 0, count: sagas }];
  const half = Math.floor(sagas / 2);
  const edges = Array.from({ length: BLOCKS + 1 }, (_, nth) => Math.floor((half * nth) / BLOCKS));
  return edges.slice(1).flatMap((end, nth) => {
    const [from, count] = [edges[nth] ?? 0, end - (edges[nth] ?? 0)];
    const pair: Block[] = [
      { coordination: 'orchestration', from, count },
      { coordination: 'choreography', from: half + from, count },
    ];
    return (nth % 2 === 0 ? pair : pair.reverse()).filter((block) => block.count > 0);
  });
}

/** What an order is like: both styles get the same carts and payments, in the same sequence. */
export const kindOf = ({ sagas, coordination }: Pick<BenchPlan, 'sagas' | 'coordination'>, nth: number): number =>
  coordination === 'both' && nth < sagas ? nth % Math.floor(sagas / 2) : nth;

/** Every twentieth payment is declined: 5%. */
const DECLINED_EVERY = 20;
export const paymentToken = (nth: number) => (nth % DECLINED_EVERY === DECLINED_EVERY - 1 ? 'tok_decline' : 'tok_approve');

export const PRODUCTS = 1_000;
export const STOCK = 1_000_000;
export const skuOf = (nth: number) => `BENCH-${String(nth).padStart(4, '0')}`;

/** One to three different products, spread over all of them: consecutive orders share none. */
export function cartItems(nth: number): { sku: string; quantity: number }[] {
  const lines = 1 + (nth % 3);
  return Array.from({ length: lines }, (_, line) => ({ sku: skuOf((nth * 3 + line) % PRODUCTS), quantity: 1 + (line % 2) }));
}
