/** What a test token makes the simulated gateway do with a capture. */
export type Behaviour =
  /** Captures. `onRefund`: and has it in its books how parts of the charge are given back. */
  | { readonly kind: 'approve'; readonly onRefund?: OnRefund }
  | { readonly kind: 'decline'; readonly reason: string }
  /** Never answers and captures nothing. */
  | { readonly kind: 'timeout' }
  /** Captures, but its answer does not arrive; asked again it finds the capture. */
  | { readonly kind: 'late' }
  | { readonly kind: 'slow'; readonly ms: number };

/** What becomes of a refund of part of the charge: it is refused for good, or paid with an answer that does not arrive. */
export type OnRefund = 'refuse' | 'late';

/**
 * tok_approve, tok_decline, tok_decline_<reason>, tok_timeout, tok_late, tok_slow_<ms>, tok_no_refund, tok_late_refund. Any
 * other token is declined as invalid, as gateways do.
 */
export function behaviourOf(token: string): Behaviour {
  const onRefund = ON_REFUND.get(token);
  if (onRefund) return { kind: 'approve', onRefund };
  const [, kind, detail] = /^tok_(approve|decline|timeout|late|slow)(?:_([A-Za-z0-9_-]+))?$/.exec(token) ?? [];
  switch (kind) {
    case 'decline':
      return { kind, reason: detail ?? 'declined' };
    case 'slow':
      return /^\d{1,6}$/.test(detail ?? '') ? { kind, ms: Number(detail) } : INVALID;
    case 'approve':
    case 'timeout':
    case 'late':
      return detail === undefined ? { kind } : INVALID;
    default:
      return INVALID;
  }
}

const ON_REFUND: ReadonlyMap<string, OnRefund> = new Map([
  ['tok_no_refund', 'refuse'],
  ['tok_late_refund', 'late'],
]);
const INVALID: Behaviour = { kind: 'decline', reason: 'invalid-token' };
