import {
  ClaimApproved,
  ClaimAssigned,
  ClaimRejected,
  ClaimVerificationFailed,
  RefundRequested,
  TreatmentStarted,
} from '@comptoir/contracts/claims';
import { scenario } from '@comptoir/event-store/testing';
import { claim, type FiledClaim } from './claim';
import { sample } from './claims-testing';
import { approve, assign, open, reject, startTreatment, verify } from './treatment';

const { claimId, orderId, refundId, order, complaint, opened, verified } = sample();
const customerId = complaint.customerId;
const assigned = ClaimAssigned({ claimId, assignee: 'ann' });
const started = TreatmentStarted({ claimId, assignee: 'ann' });
const misfit = ClaimVerificationFailed({ claimId, reason: 'other-customer', detail: 'not theirs' });
const rejected = ClaimRejected({ claimId, orderId, customerId, reason: 'worn' });
const lines = [{ sku: 'TEAPOT', quantity: 1, amount: 2_495, restock: true }];
const total = { amount: 2_495, currency: 'GBP' };
const approved = ClaimApproved({ claimId, refundId, lines, total });
const requested = RefundRequested({ claimId, refundId, orderId, customerId, lines, total });
const found = { kind: 'found', order } as const;
const own = { ...complaint, claimId };
const granted = [{ sku: 'TEAPOT', quantity: 1 }];

const none = scenario(claim);
const unverified = none.given(opened);
const filed = none.given(opened, verified);
const underTreatment = filed.given(assigned, started);
const resolved = underTreatment.given(approved, requested);

describe('filing', () => {
  it('is verified at once where the order is known', () => void none.when(open(own, found)).then(opened, verified));

  it('is taken unverified where orders could not be asked', () => void none.when(open(own, { kind: 'away' })).then(opened));

  it.each([
    ['the order is not there', { kind: 'missing' }],
    ["the order is another customer's", { kind: 'found', order: { ...order, customerId: 'C-1' } }],
    ['the order is pending', { kind: 'found', order: { ...order, status: 'PENDING', lines: null, total: null } }],
    ['the order was cancelled', { kind: 'found', order: { ...order, status: 'CANCELLED', lines: null, total: null } }],
  ] as const)('is refused where %s', (_, answer) => void none.when(open(own, answer)).thenFails('claim-does-not-fit-order'));

  it('is refused for a product that was not ordered, and for more of it than was', () => {
    none.when(open({ ...own, lines: [{ sku: 'KETTLE', quantity: 1 }] }, found)).thenFails('claim-does-not-fit-order');
    none.when(open({ ...own, lines: [{ sku: 'MUG', quantity: 6 }] }, found)).thenFails('claim-does-not-fit-order');
  });

  it('takes the units of a product that was ordered at two prices together', () => {
    const five = { ...own, lines: [{ sku: 'MUG', quantity: 5 }] };
    none.when(open(five, found)).then({ ...opened, body: { ...opened.body, lines: five.lines } }, verified);
  });
});

describe('verification of a claim that was taken unverified', () => {
  it('finds that it fits', () => void unverified.when(verify(found)).then(verified));

  it('finds that it does not', () =>
    void unverified
      .when(verify({ kind: 'missing' }))
      .then(ClaimVerificationFailed({ claimId, reason: 'order-not-found', detail: `There is no order ${orderId}` })));

  it('goes on while the claim is treated', () => void unverified.given(assigned, started).when(verify(found)).then(verified));

  it.each([
    ['has been verified', filed],
    ['does not fit its order', unverified.given(misfit)],
    ['was rejected', unverified.given(assigned, started, rejected)],
    ['is not there', none],
  ])('changes nothing where the claim %s', (_, given) => void given.when(verify({ kind: 'missing' })).then());
});

describe('assigning', () => {
  it('is done to somebody, and to somebody else', () => {
    filed.when(assign('ann')).then(assigned).when(assign('bob')).then(ClaimAssigned({ claimId, assignee: 'bob' }));
  });

  it('to the same person again is nothing', () => void filed.given(assigned).when(assign('ann')).then());

  it('under treatment makes the other one start again', () => {
    const after = underTreatment.when(assign('bob')).then(ClaimAssigned({ claimId, assignee: 'bob' }));
    expect(after.state).toMatchObject({ status: 'ASSIGNED', assignee: 'bob' });
  });

  it.each([
    ['approved', resolved],
    ['rejected', underTreatment.given(rejected)],
  ])('is refused once the claim is %s', (_, given) => void given.when(assign('bob')).thenFails('wrong-status'));

  it('is refused where there is no claim', () => void none.when(assign('ann')).thenFails('claim-not-found'));
});

describe('treatment', () => {
  it('starts by whom it is assigned to', () => void filed.given(assigned).when(startTreatment()).then(started));

  it.each([
    ['nobody looks after it', filed],
    ['it has started', underTreatment],
    ['the claim is approved', resolved],
  ])('cannot start where %s', (_, given) => void given.when(startTreatment()).thenFails('wrong-status'));
});

describe('approving', () => {
  it('resolves the claim and requests the refund', () => {
    const after = underTreatment.when(approve(granted, refundId)).then(approved, requested);
    expect(after.state).toMatchObject({ status: 'APPROVED', refunds: [{ refundId, state: 'requested', total }] });
  });

  it.each([
    ['is not under treatment', filed, 'wrong-status'],
    ['is assigned only', filed.given(assigned), 'wrong-status'],
    ['is approved already', resolved, 'wrong-status'],
    ['was rejected', underTreatment.given(rejected), 'wrong-status'],
    ['has not been verified', unverified.given(assigned, started), 'claim-not-verified'],
    ['does not fit its order', unverified.given(misfit, assigned, started), 'claim-verification-failed'],
    ['is not there', none, 'claim-not-found'],
  ])('is refused for a claim that %s', (_, given, code) => void given.when(approve(granted, refundId)).thenFails(code));

  it('is refused for what was not ordered', () => {
    underTreatment.when(approve([{ sku: 'KETTLE', quantity: 1 }], refundId)).thenFails('refund-lines-refused');
  });

  it('once the claim was verified late is possible', () =>
    void unverified.given(assigned, started, verified).when(approve(granted, refundId)).then(approved, requested));
});

describe('rejecting', () => {
  it('resolves the claim', () => {
    const { status, rejection } = underTreatment.when(reject('worn')).then(rejected).state as FiledClaim;
    expect([status, rejection]).toEqual(['REJECTED', 'worn']);
  });

  it('is all that is left for a claim that does not fit its order', () => {
    unverified.given(misfit, assigned, started).when(reject('worn')).then(rejected);
  });

  it('is possible for a claim nobody could verify yet', () => void unverified.given(assigned, started).when(reject('worn')).then(rejected));

  it.each([
    ['not treated yet', filed],
    ['approved', resolved],
    ['rejected already', underTreatment.given(rejected)],
  ])('is refused for a claim that is %s', (_, given) => void given.when(reject('worn')).thenFails('wrong-status'));
});

it('the state counts the versions of its events', () => {
  expect([filed.state.version, resolved.state.version]).toEqual([2, 6]);
});
