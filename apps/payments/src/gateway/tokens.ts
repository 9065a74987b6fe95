/** What a test token makes the simulated gateway do. */
export type Behaviour =
  | { readonly kind: 'approve' }
  | { readonly kind: 'decline'; readonly reason: string }
  /** Never answers and captures nothing. */
  | { readonly kind: 'timeout' }
  /** Captures, but its answer does not arrive; asked again it finds the capture. */
  | { readonly kind: 'late' }
  | { readonly kind: 'slow'; readonly ms: number };

/**
 * tok_approve, tok_decline, tok_decline_<reason>, tok_timeout, tok_late, tok_slow_<ms>. Any other token is declined as
 * invalid, as gateways do.
 */
export function behaviourOf(token: string): Behaviour {
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

const INVALID: Behaviour = { kind: 'decline', reason: 'invalid-token' };
