import type { Ended } from './order';

/** The channel of PostgreSQL's NOTIFY. */
export const ORDER_ENDED = 'order_ended';

/** A payload must be shorter than 8,000 bytes. */
const MAX_BYTES = 7_999;

/** As few payloads as the orders fit into; each is a JSON array. */
export function noticesOf(orders: readonly Ended[]): string[] {
  const notices: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const order of orders) {
    const text = JSON.stringify(order);
    const more = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes + more + 1 > MAX_BYTES) {
      notices.push(`[${texts.join(',')}]`);
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += more;
  }
  if (texts.length > 0) notices.push(`[${texts.join(',')}]`);
  return notices;
}

export const readNotice = (payload: string): readonly Ended[] => JSON.parse(payload) as Ended[];
