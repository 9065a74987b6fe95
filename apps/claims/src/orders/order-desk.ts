import CircuitBreaker from 'opossum';
import type { OrderAnswer } from '../compare';
import type { OrdersClient } from './orders-client';

/** Failures are counted over so long, and from so many questions on half of them open the breaker. */
const WINDOW_MS = 10_000;
const MIN_QUESTIONS = 5;
const FAILING_PERCENT = 50;
/** Questions under way at most; more fail at once. */
const MAX_AT_A_TIME = 200;

export type BreakerState = 'closed' | 'half-open' | 'open';
export const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** Orders' answer; `away`: there is none, and whether orders was asked at all. */
export type Lookup = OrderAnswer | { readonly kind: 'away'; readonly asked: boolean };

export interface OrderDeskOptions {
  readonly client: Pick<OrdersClient, 'ask'>;
  /** After it the open breaker lets one question through. */
  readonly resetMs: number;
  readonly onLookup?: (outcome: 'found' | 'missing' | 'failed' | 'not-asked') => void;
  readonly onState?: (state: BreakerState) => void;
}

/**
 * Questions to orders behind a circuit breaker: while orders does not answer, nobody waits for it. A look-up never rejects;
 * it takes no longer than the client's time-out.
 */
export class OrderDesk {
  private readonly breaker: CircuitBreaker<[string], OrderAnswer>;

  constructor(private readonly options: OrderDeskOptions) {
    const { client, resetMs, onState } = options;
    this.breaker = new CircuitBreaker((orderId: string) => client.ask(orderId), {
      name: 'orders',
      // The client's: it ends the request, too, instead of only leaving it.
      timeout: false,
      resetTimeout: resetMs,
      rollingCountTimeout: WINDOW_MS,
      volumeThreshold: MIN_QUESTIONS,
      errorThresholdPercentage: FAILING_PERCENT,
      capacity: MAX_AT_A_TIME,
      enableSnapshots: false,
    });
    if (!onState) return;
    this.breaker.on('open', () => onState('open')).on('halfOpen', () => onState('half-open')).on('close', () => onState('closed'));
  }

  get state(): BreakerState {
    if (this.breaker.opened) return 'open';
    return this.breaker.halfOpen ? 'half-open' : 'closed';
  }

  async lookUp(orderId: string): Promise<Lookup> {
    const { onLookup } = this.options;
    try {
      const answer = await this.breaker.fire(orderId);
      onLookup?.(answer.kind);
      return answer;
    } catch (error) {
      const asked = !CircuitBreaker.isOurError(error as Error);
      onLookup?.(asked ? 'failed' : 'not-asked');
      return { kind: 'away', asked };
    }
  }

  /** No more questions; its timers end. */
  close(): void {
    this.breaker.shutdown();
  }
}
