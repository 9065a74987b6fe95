import type { Money } from '@comptoir/contracts';

/** The gateway's record under one idempotency key. */
export interface Charge {
  readonly key: string;
  readonly chargeId: string;
  readonly status: 'captured' | 'declined' | 'refunded';
  readonly amount: Money;
  /** Why it was declined. */
  readonly reason: string | null;
}

export interface CaptureRequest {
  readonly key: string;
  readonly amount: Money;
  readonly token: string;
}
