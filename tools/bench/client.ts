import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { closedLoop, openLoop, type LoadClock } from './load';
import { latenciesOf, type Latencies } from './latency';
import type { Coordination } from '@comptoir/contracts/orders';
import { cartItems, kindOf, paymentToken, type BenchPlan, type Block } from './plan';

/**
 * The client, in a process of its own: neither the services nor whoever measures share its event loop. undici's pool takes
 * the least CPU per request of Node's clients (45 us, node:http 75 us).
 */
export interface ClientPlan extends BenchPlan {
  readonly carts: string;
  readonly orders: string;
}

export interface ClientResult {
  readonly seconds: number;
  readonly latencies: Latencies;
  /** Each order's, in milliseconds. */
  readonly samples: readonly number[];
  readonly completed: number;
  readonly compensated: number;
  /** How often a service asked to come back later. */
  readonly postponed: number;
  /** Anything that should not happen: the first few, and how many. */
  readonly failed: number;
  readonly failures: readonly string[];
}

export type ToClient = { readonly type: 'prepare'; readonly plan: ClientPlan } | { readonly type: 'measure'; readonly block: Block };
export type FromClient =
  | { readonly type: 'warm' }
  | { readonly type: 'progress'; readonly what: string; readonly done: number; readonly of: number }
  | { readonly type: 'done'; readonly result: ClientResult }
  | { readonly type: 'failed'; readonly reason: string };

const OPEN_LOOP_CONNECTIONS = 1_024;
const CARTS_AT_A_TIME = 64;
const FAILURES_SHOWN = 5;
const WAIT = 'wait=60';

const clock: LoadClock = { now: () => performance.now(), wait: (ms) => delay(ms) };
const send = (message: FromClient) => process.send?.(message);

class Client {
  private readonly carts: Pool;
  private readonly orders: Pool;
  private readonly cartIds: string[] = [];
  private readonly counts = { completed: 0, compensated: 0, postponed: 0, failed: 0 };
  private readonly failures: string[] = [];
  private measured = 0;

  constructor(private readonly plan: ClientPlan) {
    this.carts = new Pool(plan.carts, { connections: CARTS_AT_A_TIME, pipelining: 1 });
    const connections = plan.rate === undefined ? plan.inFlight : OPEN_LOOP_CONNECTIONS;
    this.orders = new Pool(plan.orders, { connections, pipelining: 1, headersTimeout: 120_000 });
  }

  async prepare(): Promise<void> {
    const { sagas, warmUp, inFlight } = this.plan;
    const all = sagas + warmUp;
    await closedLoop(all, CARTS_AT_A_TIME, clock, async (nth) => {
      this.cartIds[nth] = await this.makeCart(nth);
      if (nth % 500 === 0) send({ type: 'progress', what: 'Making carts', done: nth, of: all });
    });
    await closedLoop(warmUp, inFlight, clock, (nth) => this.order(sagas + nth, styleOfWarmUp(this.plan, nth)));
    if (this.counts.failed > 0) throw new Error(`The warm-up failed: ${this.failures.join('; ')}`);
  }

  async measure({ coordination, from, count }: Block): Promise<ClientResult> {
    const { sagas, inFlight, rate } = this.plan;
    Object.assign(this.counts, { completed: 0, compensated: 0, postponed: 0, failed: 0 });
    this.failures.length = 0;
    const latencies = new Float64Array(count);
    const fire = async (nth: number, intended: number) => {
      await this.order(from + nth, coordination);
      latencies[nth] = performance.now() - intended;
      if (++this.measured % 500 === 0) send({ type: 'progress', what: 'Measuring', done: this.measured, of: sagas });
    };
    const begin = performance.now();
    await (rate === undefined ? closedLoop(count, inFlight, clock, fire) : openLoop(count, rate, clock, fire));
    const seconds = (performance.now() - begin) / 1_000;
    return { seconds, latencies: latenciesOf(latencies), samples: [...latencies], ...this.counts, failures: [...this.failures] };
  }

  private async makeCart(nth: number): Promise<string> {
    const body = JSON.stringify({ items: cartItems(kindOf(this.plan, nth)) });
    const reply = await this.carts.request({ method: 'POST', path: '/carts', headers: { 'content-type': 'application/json' }, body });
    const text = await reply.body.text();
    if (reply.statusCode !== 201) throw new Error(`POST /carts answered ${reply.statusCode}: ${text}`);
    return (JSON.parse(text) as { cartId: string }).cartId;
  }

  /** Places one order and waits for its end. Does not reject. */
  private async order(nth: number, coordination: Coordination): Promise<void> {
    const token = paymentToken(kindOf(this.plan, nth));
    const order = { cartId: this.cartIds[nth], customerId: `C-${nth}`, payment: { token } };
    const body = JSON.stringify(coordination === 'choreography' ? { ...order, coordination } : order);
    const headers = { 'content-type': 'application/json', prefer: WAIT };
    try {
      for (;;) {
        const reply = await this.orders.request({ method: 'POST', path: '/orders', headers, body });
        const text = await reply.body.text();
        if (reply.statusCode !== 503) return this.ended(nth, reply.statusCode, text);
        this.counts.postponed++;
        await delay(Number(reply.headers['retry-after'] ?? 1) * 1_000);
      }
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private ended(nth: number, status: number, text: string): void {
    const order = status === 200 ? (JSON.parse(text) as { status: string; reason: string | null }) : undefined;
    const declined = paymentToken(kindOf(this.plan, nth)) === 'tok_decline';
    if (order?.status === 'COMPLETED' && !declined) this.counts.completed++;
    else if (order?.status === 'CANCELLED' && declined) this.counts.compensated++;
    else this.fail(`order ${nth}: ${status} ${text}`);
  }

  private fail(reason: string): void {
    this.counts.failed++;
    if (this.failures.length < FAILURES_SHOWN) this.failures.push(reason);
  }
}

const styleOfWarmUp = ({ coordination }: BenchPlan, nth: number): Coordination => {
  if (coordination !== 'both') return coordination;
  return nth % 2 === 0 ? 'orchestration' : 'choreography';
};

let client: Client | undefined;

async function receive(message: ToClient): Promise<void> {
  if (message.type === 'prepare') {
    client = new Client(message.plan);
    await client.prepare();
    send({ type: 'warm' });
  } else if (client) {
    send({ type: 'done', result: await client.measure(message.block) });
  }
}

process.on('message', (message: ToClient) => {
  receive(message).catch((error: unknown) => send({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }));
});
// Whoever started us is gone: nobody wants the result.
process.once('disconnect', () => process.exit(0));
