import type { Money } from '@comptoir/contracts';

/** The gateway's record under one idempotency key. */
export interface Charge {
  readonly key: string;
  readonly chargeId: string;
  readonly status: 'captured' | 'declined' | 'refunded';
  readonly amount: Money;
  /** Why it was declined. */
  readonly reason: string | null;
  /** Minor units given back of it, in parts or whole. */
  readonly refunded: number;
}

export interface CaptureRequest {
  readonly key: string;
  readonly amount: Money;
  readonly token: string;
}

/** The gateway's record of a refund of part of a charge, under one idempotency key; for good, whichever way it went. */
export interface ChargeRefund {
  readonly key: string;
  readonly chargeKey: string;
  readonly status: 'paid' | 'refused';
  readonly amount: Money;
  /** Why it was refused. */
  readonly reason: string | null;
}

export interface RefundRequest {
  readonly key: string;
  readonly chargeKey: string;
  readonly amount: Money;
}
