/** What a run does; goes to the client's process as JSON. */
export interface BenchPlan {
  readonly sagas: number;
  /** Orders before the measured part: compilers and caches warm up. */
  readonly warmUp: number;
  /** Closed loop: so many orders are open at any time; the next one starts when one has ended. */
  readonly inFlight: number;
  /** Open loop: so many orders per second, whether or not the earlier ones have ended. */
  readonly rate: number | undefined;
}

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
