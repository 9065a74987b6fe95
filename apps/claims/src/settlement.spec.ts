import {
  ClaimApproved,
  ClaimAssigned,
  ClaimRefundFailed,
  ClaimRejected,
  ClaimSettled,
  RefundRequested,
  TreatmentStarted,
} from '@comptoir/contracts/claims';
import { scenario } from '@comptoir/event-store/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { claim, type Claim } from './claim';
import { sample } from './claims-testing';
import { settle, type RefundEnd } from './settlement';
import { approve, reject } from './treatment';

const { claimId, orderId, refundId, complaint, opened, verified } = sample();
const customerId = complaint.customerId;
const lines = [{ sku: 'TEAPOT', quantity: 1, amount: 2_495, restock: true }];
const total = { amount: 2_495, currency: 'GBP' };
const started = TreatmentStarted({ claimId, assignee: 'ann' });
const requestOf = (id: string) => {
  const refund = { claimId, refundId: id, lines, total };
  return [ClaimApproved(refund), RefundRequested({ ...refund, orderId, customerId })];
};
const requested = scenario(claim).given(opened, verified, ClaimAssigned({ claimId, assignee: 'ann' }), started, ...requestOf(refundId));
const issued: RefundEnd = { kind: 'issued', amount: total };
const failed: RefundEnd = { kind: 'failed', reason: 'more-than-left' };
const settled = ClaimSettled({ claimId, refundId, amount: total });
const refundFailed = ClaimRefundFailed({ claimId, refundId, reason: 'more-than-left' });

it('a refund that was paid out settles the claim', () => {
  const after = requested.when(settle(refundId, issued)).then(settled);
  expect(after.state).toMatchObject({ status: 'SETTLED', refunds: [{ state: 'issued' }] });
});

it('a refund that failed brings the claim back under treatment, by the same person', () => {
  const after = requested.when(settle(refundId, failed)).then(refundFailed);
  const refunds = [{ state: 'failed', reason: 'more-than-left' }];
  expect(after.state).toMatchObject({ status: 'UNDER_TREATMENT', assignee: 'ann', refunds });
});

it('after a failed refund the claim can be approved again, by a refund of its own, or rejected', () => {
  const again = uuidv7();
  const reopened = requested.given(refundFailed);
  const after = reopened.when(approve([{ sku: 'TEAPOT', quantity: 1 }], again)).then(...requestOf(again));
  const refunds = [{ refundId, state: 'failed' }, { refundId: again, state: 'requested' }];
  expect(after.state).toMatchObject({ status: 'APPROVED', refunds });
  reopened.when(reject('worn')).then(ClaimRejected({ claimId, orderId, customerId, reason: 'worn' }));
});

it.each([
  ['paid out', settled, issued],
  ['failed', refundFailed, failed],
])('that a refund was %s is told again without effect', (_, known, end) => void requested.given(known).when(settle(refundId, end)).then());

it('that it failed says nothing once it was paid out', () => void requested.given(settled).when(settle(refundId, failed)).then());

it('that it was paid out is recorded even where it had been said to have failed: the money is gone', () => {
  expect(requested.given(refundFailed).when(settle(refundId, issued)).then(settled).state).toMatchObject({ status: 'SETTLED' });
});

it('the late end of an earlier refund leaves the one under way alone', () => {
  const again = uuidv7();
  const second = requested.given(refundFailed, ...requestOf(again));
  second.when(settle(refundId, failed)).then();
  second.when(settle(again, issued)).then(ClaimSettled({ claimId, refundId: again, amount: total })).when(settle(refundId, failed)).then();
});

it('a refund that the claim knows nothing of means nothing to it', () => {
  requested.when(settle(uuidv7(), issued)).then();
  scenario(claim).when(settle(refundId, issued)).then();
});

it('whatever is said of two refunds, how often and in which order: each is ended, and once', () => {
  const again = uuidv7();
  const start = requested.given(refundFailed, ...requestOf(again));
  const said = fc.record({ id: fc.constantFrom(refundId, again, uuidv7()), end: fc.constantFrom(issued, failed) });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), (all) => {
      const told = all.reduce((before, { id, end }) => {
        const events = [settle(id, end)(before.state)].flat();
        return before.given(...events);
      }, start);
      const state = told.state as Exclude<Claim, { status: 'NONE' }>;
      const paid = new Set(all.filter(({ end }) => end === issued).map(({ id }) => id));
      for (const each of state.refunds) if (paid.has(each.refundId)) expect(each.state).toBe('issued');
      if (paid.has(refundId) || paid.has(again)) expect(state.status).toBe('SETTLED');
      expect(state.version - start.state.version).toBeLessThanOrEqual(3);
    }),
  );
});
