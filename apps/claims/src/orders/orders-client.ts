import { OrderContext } from '@comptoir/contracts/claims';
import type { OrderAnswer } from '../compare';
import { OrdersUnavailable } from './errors';

/** An order of 2,000 lines with long names fits many times over. */
const MAX_BYTES = 4 * 1024 * 1024;
const NOT_FOUND = 'urn:comptoir:problem:not-found';

/**
 * Asks orders over REST. An answer counts only if it is what orders documents, and about the order that was asked for; that
 * there is no such order, only if orders itself says so and not something on the way. Throws `OrdersUnavailable`.
 */
export class OrdersClient {
  constructor(private readonly options: { readonly url: string; readonly timeoutMs: number }) {}

  async ask(orderId: string): Promise<OrderAnswer> {
    const { url, timeoutMs } = this.options;
    try {
      const response = await fetch(new URL(`orders/${orderId}`, url.endsWith('/') ? url : `${url}/`), {
        headers: { accept: 'application/json' },
        redirect: 'error',
        // From the connection to the last byte.
        signal: AbortSignal.timeout(timeoutMs),
      });
      return answerOf(orderId, response.status, JSON.parse(await textOf(response)));
    } catch (error) {
      if (error instanceof OrdersUnavailable) throw error;
      throw new OrdersUnavailable(`Orders could not be asked for ${orderId}: ${reasonOf(error)}`, { orderId });
    }
  }
}

function answerOf(orderId: string, status: number, body: unknown): OrderAnswer {
  if (status === 404 && isProblem(body) && body.type === NOT_FOUND) return { kind: 'missing' };
  const order = status === 200 ? OrderContext.safeParse(body) : undefined;
  if (!order?.success || order.data.orderId !== orderId || !isComplete(order.data))
    throw new OrdersUnavailable(`Orders answered for ${orderId} with ${status} and nothing that can be understood`, { orderId, status });
  return { kind: 'found', order: order.data };
}

const isProblem = (body: unknown): body is { type: unknown } => typeof body === 'object' && body !== null && 'type' in body;

/** A completed order has lines and a total. */
const isComplete = ({ status, lines, total }: OrderContext) =>
  status !== 'COMPLETED' || (lines !== null && lines.length > 0 && total !== null);

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > MAX_BYTES) throw new OrdersUnavailable(`Orders answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What fetch throws says little; its cause says more. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return String(cause instanceof Error ? cause.message || cause.name : error);
}
