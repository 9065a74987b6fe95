import { behaviourOf, type Behaviour } from './tokens';

it.each<[string, Behaviour]>([
  ['tok_approve', { kind: 'approve' }],
  ['tok_decline', { kind: 'decline', reason: 'declined' }],
  ['tok_decline_insufficient-funds', { kind: 'decline', reason: 'insufficient-funds' }],
  ['tok_timeout', { kind: 'timeout' }],
  ['tok_late', { kind: 'late' }],
  ['tok_slow_250', { kind: 'slow', ms: 250 }],
  ['tok_slow', { kind: 'decline', reason: 'invalid-token' }],
  ['tok_slow_soon', { kind: 'decline', reason: 'invalid-token' }],
  ['tok_no_refund', { kind: 'approve', onRefund: 'refuse' }],
  ['tok_late_refund', { kind: 'approve', onRefund: 'late' }],
  ['tok_late_refunds', { kind: 'decline', reason: 'invalid-token' }],
  ['tok_approve_not', { kind: 'decline', reason: 'invalid-token' }],
  ['xtok_approve', { kind: 'decline', reason: 'invalid-token' }],
  ['4111 1111 1111 1111', { kind: 'decline', reason: 'invalid-token' }],
])('%s', (token, behaviour) => {
  expect(behaviourOf(token)).toEqual(behaviour);
});
