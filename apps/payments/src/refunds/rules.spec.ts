import { RefundCalculated, RefundFailed, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { PayoutUnderWay, RefundDoesNotAddUp, UndoAfterPayout } from './errors';
import { endAnswer, requestAnswer, undoAnswer, type Refund, type RefundState } from './refund';
import { close, hold, LOOK_AGAIN, payOut, release, type Account, type Entry, type Payout, type Requested, type Settled } from './rules';

const ids = { refundId: 'refund', claimId: 'claim', orderId: 'order' };
const line = (amount: number) => ({ sku: 'MUG', quantity: 1, amount, restock: true });
const request = (amount = 400, currency = 'GBP'): Requested => ({
  ...ids,
  customerId: 'C-1',
  lines: [line(amount - 100), line(100)],
  total: { amount, currency },
});
const account = (change: Partial<Account> = {}): Account => ({
  orderId: 'order', state: 'captured', captured: 1250, refunded: 0, held: 400, currency: 'GBP', ...change,
});
const refund = (state: RefundState): Refund => ({
  ...ids, customerId: 'C-1', state, amount: 400, currency: 'GBP', lines: [line(400)], reason: state === 'held' ? null : 'because', detail: null,
});
const voided: Refund = { ...refund('void'), customerId: null, amount: 0, currency: null, lines: [] };
const entry = (state?: RefundState, change?: Partial<Account>): Entry => ({
  account: account(change),
  refund: state && (state === 'void' ? voided : refund(state)),
});
const paid: Payout = { status: 'paid', reason: null };
const refused: Payout = { status: 'refused', reason: 'account-closed' };
const settled = (after: Settled | typeof LOOK_AGAIN): Settled => {
  if (after === LOOK_AGAIN) throw new Error('has to look again');
  return after;
};

describe('a requested refund', () => {
  it('is held, of what is neither given back nor held', () => {
    const after = hold(entry(undefined, { refunded: 500, held: 350 }), request(400));
    expect(after).toMatchObject({ account: { refunded: 500, held: 750 }, refund: { state: 'held', amount: 400 } });
    expect(requestAnswer(after.refund)).toMatchObject({ type: RefundCalculated, body: { amount: { amount: 400 } } });
  });

  it.each<[string, Partial<Account> | undefined, Requested, string, string]>([
    ['one penny more than is left', { refunded: 500, held: 351 }, request(400), 'more-than-left', '400 GBP asked, 399 of 1250 left'],
    ['anything of what was given back whole', { state: 'refunded', refunded: 1250, held: 0 }, request(400), 'more-than-left', '400 GBP asked, 0 of 1250 left'],
    ['another currency', {}, request(400, 'EUR'), 'other-currency', 'EUR asked, GBP captured'],
    ['of a declined payment', { state: 'declined', captured: 0, held: 0 }, request(), 'nothing-captured', 'the order’s payment is declined'],
    ['of a void payment', { state: 'void', captured: 0, held: 0 }, request(), 'nothing-captured', 'the order’s payment is void'],
    ['of a stray capture, which is given back already', { state: 'stray', held: 0 }, request(), 'nothing-captured', 'the order’s payment is stray'],
    ['of an order without a payment', undefined, request(), 'nothing-captured', 'the order’s payment is missing'],
  ])('is refused: %s', (_, change, asked, reason, detail) => {
    const before = change && account(change);
    const after = hold({ account: before, refund: undefined }, asked);
    expect(after.account).toBe(before);
    expect(requestAnswer(after.refund)).toMatchObject({ type: RefundRefused, body: { ...ids, reason, detail } });
  });

  it('whose lines are not its total is an error', () => {
    const asked = { ...request(400), total: { amount: 401, currency: 'GBP' } };
    expect(() => hold(entry(), asked)).toThrow(RefundDoesNotAddUp);
  });

  it.each<[RefundState, string, string | undefined]>([
    ['held', 'refund-calculated', undefined],
    ['paying', 'refund-calculated', undefined],
    ['issued', 'refund-calculated', undefined],
    // The goods may be back already: it is undone from there.
    ['failed', 'refund-calculated', undefined],
    ['refused', 'refund-refused', 'because'],
    ['released', 'refund-refused', 'void'],
    ['void', 'refund-refused', 'void'],
  ])('that is %s is not held again, and answered %s', (state, answer, reason) => {
    const before = entry(state);
    const after = hold(before, request());
    expect(after).toEqual(before);
    const said = requestAnswer(after.refund);
    expect(said.type.name).toBe(`payments.${answer}`);
    if (reason) expect(said.body).toMatchObject({ reason });
  });
});

describe('a payout', () => {
  it('that the gateway made is issued, and counts as given back', () => {
    const after = settled(payOut(entry('paying', { refunded: 100 }), ids, paid));
    expect(after).toMatchObject({ account: { held: 0, refunded: 500 }, refund: { state: 'issued' } });
    expect(endAnswer(after.refund)).toMatchObject({ type: RefundIssued, body: { customerId: 'C-1', amount: { amount: 400 } } });
  });

  it('of a payment that was given back whole meanwhile is counted once', () => {
    const after = settled(payOut(entry('paying', { state: 'refunded', refunded: 1250 }), ids, paid));
    expect(after).toMatchObject({ account: { held: 0, refunded: 1250 }, refund: { state: 'issued' } });
  });

  it('that the gateway refused has failed; what is held stays so until the flow is undone', () => {
    const after = settled(payOut(entry('paying'), ids, refused));
    expect(after).toMatchObject({ account: { held: 400, refunded: 0 }, refund: { state: 'failed' } });
    expect(endAnswer(after.refund)).toMatchObject({ type: RefundFailed, body: { reason: 'account-closed' } });
  });

  it.each<[RefundState, Payout]>([['held', undefined], ['paying', undefined]])('of a refund that is %s looks again without the gateway’s answer', (state, payout) => {
    expect(payOut(entry(state), ids, payout)).toBe(LOOK_AGAIN);
  });

  it.each<[RefundState, string]>([
    ['issued', 'refund-issued'],
    ['failed', 'refund-failed'],
    ['released', 'refund-failed'],
    ['refused', 'refund-failed'],
    ['void', 'refund-failed'],
  ])('of a refund that is %s changes nothing, and says %s again', (state, answer) => {
    const before = entry(state);
    const after = settled(payOut(before, ids, paid));
    expect(after).toEqual(before);
    expect(endAnswer(after.refund).type.name).toBe(`payments.${answer}`);
  });

  it('of a refund nobody requested leaves it void', () => {
    expect(endAnswer(settled(payOut(entry(), ids, undefined)).refund).body).toEqual({ ...ids, reason: 'nothing was requested' });
  });
});

describe('closing', () => {
  it('a held refund fails it, and what is held stays so until the flow is undone', () => {
    const after = settled(close(entry('held'), ids, 'too late', undefined));
    expect(after).toMatchObject({ account: { held: 400 }, refund: { state: 'failed', reason: 'too late' } });
  });
  it('a refund that nobody knows leaves it void', () => {
    const after = settled(close(entry(), ids, 'too late', undefined));
    expect(after.refund).toMatchObject({ state: 'void', reason: 'too late' });
    expect(endAnswer(after.refund).type.name).toBe('payments.refund-failed');
  });
  it('one that is being paid out never decides without the gateway', () => {
    expect(close(entry('paying'), ids, 'too late', undefined)).toBe(LOOK_AGAIN);
    expect(settled(close(entry('paying'), ids, 'too late', paid))).toMatchObject({ account: { held: 0, refunded: 400 }, refund: { state: 'issued' } });
    expect(settled(close(entry('paying'), ids, 'too late', refused))).toMatchObject({ refund: { state: 'failed', reason: 'account-closed' } });
  });
  it.each<RefundState>(['issued', 'failed', 'released', 'refused', 'void'])('one that is %s changes nothing', (state) => {
    const before = entry(state);
    expect(close(before, ids, 'too late', undefined)).toEqual(before);
  });
});

describe('undoing', () => {
  it.each<RefundState>(['held', 'failed'])('a refund that is %s frees what was held', (state) => {
    const after = release(entry(state, { held: 500 }), ids, 'not sold');
    expect(after).toMatchObject({ account: { held: 100, refunded: 0 }, refund: { state: 'released' } });
    expect(undoAnswer(after.refund)).toMatchObject({ body: { ...ids, amount: 400, reason: state === 'held' ? 'not sold' : 'because' } });
  });
  it.each<[RefundState, number]>([['released', 400], ['refused', 0], ['void', 0]])('one that is %s changes nothing', (state, amount) => {
    const before = entry(state, { held: 0 });
    const after = release(before, ids, 'again');
    expect(after).toEqual(before);
    expect(undoAnswer(after.refund).body).toMatchObject({ amount });
  });
  it('one that nobody knows leaves it void', () => {
    expect(undoAnswer(release(entry(), ids, 'early').refund).body).toMatchObject({ amount: 0, reason: 'early' });
  });
  it('one that is paid, or may be, is an error', () => {
    expect(() => release(entry('paying'), ids, 'late')).toThrow(PayoutUnderWay);
    expect(() => release(entry('issued'), ids, 'late')).toThrow(UndoAfterPayout);
  });
});
