import fc from 'fast-check';
import type { Charge } from './gateway/charge';
import { fromRow, paymentOf, refund, refundStray, settle, type Learned, type Payment, type PaymentState } from './payment';

const money = { amount: 1250, currency: 'GBP' };
const charge = (status: Charge['status']): Charge => ({
  key: 'order',
  chargeId: '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6f',
  status,
  amount: money,
  reason: status === 'declined' ? 'no-funds' : null,
  refunded: status === 'refunded' ? money.amount : 0,
});
const said = (status?: Charge['status']): Learned => ({ from: 'gateway', charge: status && charge(status) });
const captured: Record<PaymentState, [number, number]> = {
  captured: [1250, 0],
  declined: [0, 0],
  void: [0, 0],
  refunded: [1250, 1250],
  stray: [1250, 0],
  'stray-refunded': [1250, 1250],
};
const payment = (state: PaymentState): Payment => ({
  orderId: 'order',
  paymentId: 'payment',
  state,
  captured: captured[state][0],
  refunded: captured[state][1],
  currency: state === 'void' ? null : 'GBP',
  reason: null,
});

describe('a charge of an order without a payment', () => {
  it.each<[Charge['status'], Partial<Payment>]>([
    ['captured', { state: 'captured', captured: 1250, refunded: 0, currency: 'GBP' }],
    ['declined', { state: 'declined', captured: 0, refunded: 0, reason: 'no-funds' }],
    // Its refund was carried out, and is recorded just now.
    ['refunded', { state: 'refunded', captured: 1250, refunded: 1250 }],
  ])('%s', (status, expected) => {
    expect(paymentOf('order', 'payment', charge(status))).toMatchObject(expected);
  });
});

describe('a ProcessPayment of an order with a payment', () => {
  it.each<[string, PaymentState, Learned, Partial<Payment> | undefined, number | undefined]>([
    ['captured before: nothing to do', 'captured', fromRow, undefined, undefined],
    ['captured by a twin meanwhile: the same charge', 'captured', said('captured'), undefined, undefined],
    ['void, captured: a stray, to be given back', 'void', said('captured'), { state: 'stray', captured: 1250 }, 1250],
    ['void, not asked now: an earlier attempt may have captured', 'void', fromRow, undefined, 1250],
    ['void, declined: nothing was captured', 'void', said('declined'), undefined, undefined],
    ['void, refunded already', 'void', said('refunded'), undefined, undefined],
    ['refunded meanwhile: the same charge', 'refunded', said('captured'), undefined, undefined],
    ['stray: on its way back', 'stray', fromRow, undefined, undefined],
  ])('%s', (_, state, learned, saved, givenBack) => {
    const { save, giveBack } = settle(payment(state), money, learned);
    if (saved) expect(save).toMatchObject(saved);
    else expect(save).toBeUndefined();
    expect(giveBack?.amount).toBe(givenBack);
  });
});

describe('a RefundPayment', () => {
  it.each<[string, PaymentState, Learned, PaymentState | undefined, number]>([
    ['gives back what was captured', 'captured', said('refunded'), 'refunded', 1250],
    ['finds nothing: void', 'void', said(undefined), undefined, 0],
    ['finds a decline at the gateway: void', 'void', said('declined'), undefined, 0],
    ['finds a capture whose answer was lost', 'void', said('refunded'), 'refunded', 1250],
    ['again', 'refunded', fromRow, undefined, 1250],
    ['of a declined payment', 'declined', fromRow, undefined, 0],
    ['of a stray one, which is given back by itself', 'stray', fromRow, undefined, 0],
  ])('%s', (_, state, learned, next, refunded) => {
    const decision = refund(payment(state), 'test', learned);
    expect(decision).toMatchObject({ refunded });
    expect(decision !== 'look-again' && decision.save?.state).toBe(next);
  });

  it.each([fromRow, said(undefined), said('declined')])('looks again when the capture came after it had asked', (learned) => {
    expect(refund(payment('captured'), 'test', learned)).toBe('look-again');
  });
});

describe('a RefundStrayCapture', () => {
  it.each<[string, PaymentState, Learned, PaymentState | undefined, number]>([
    ['gives back the stray', 'stray', said('refunded'), 'stray-refunded', 1250],
    ['gives back what nobody knew of', 'void', said('refunded'), 'stray-refunded', 1250],
    ['finds nothing', 'void', said(undefined), undefined, 0],
    ['again', 'stray-refunded', fromRow, undefined, 1250],
  ])('%s', (_, state, learned, next, refunded) => {
    const decision = refundStray(payment(state), learned);
    expect(decision).toMatchObject({ refunded });
    expect(decision !== 'look-again' && decision.save?.state).toBe(next);
  });

  it('looks again when the gateway has not given the stray back', () => {
    expect(refundStray(payment('stray'), said(undefined))).toBe('look-again');
  });
});

/**
 * A gateway and a payment, and two messages whose steps (ask the gateway; commit) come in any order and any number of
 * times, as retries and crashes between the two make them.
 */
describe('whatever the order of asking and committing', () => {
  type Step = 'ask-capture' | 'commit-capture' | 'ask-refund' | 'commit-refund';
  const steps = fc.array(fc.constantFrom<Step>('ask-capture', 'commit-capture', 'ask-refund', 'commit-refund'), { maxLength: 14 });

  function world() {
    let books: Charge | undefined;
    let row: Payment | undefined;
    let captureLearned: Learned | undefined;
    let refundLearned: Learned | undefined;
    let straysSent = 0;
    const giveBackAtGateway = () => {
      if (books?.status === 'captured') books = charge('refunded');
      return books;
    };
    const refundAll = () => {
      while (straysSent > 0) {
        straysSent -= 1;
        if (row?.state !== 'void' && row?.state !== 'stray') continue;
        const decision = refundStray(row, { from: 'gateway', charge: giveBackAtGateway() });
        if (decision !== 'look-again') row = decision.save ?? row;
      }
    };
    const take: Record<Step, () => void> = {
      'ask-capture': () => {
        if (row) captureLearned = fromRow;
        else captureLearned = { from: 'gateway', charge: (books ??= charge('captured')) };
      },
      'commit-capture': () => {
        if (!captureLearned) return;
        if (!row && captureLearned.from === 'gateway' && captureLearned.charge) row = paymentOf('order', 'payment', captureLearned.charge);
        else if (row) {
          const { save, giveBack } = settle(row, money, captureLearned);
          row = save ?? row;
          if (giveBack) straysSent += 1;
        }
        captureLearned = undefined;
      },
      'ask-refund': () => {
        refundLearned = !row || row.state === 'captured' ? { from: 'gateway', charge: giveBackAtGateway() } : fromRow;
      },
      'commit-refund': () => {
        if (!refundLearned) return;
        row ??= payment('void');
        const decision = refund(row, 'test', refundLearned);
        if (decision !== 'look-again') row = decision.save ?? row;
        refundLearned = undefined;
      },
    };
    /** At least once: both messages are handled to their end, then the strays. */
    const settleDown = () => {
      for (const step of ['ask-refund', 'commit-refund', 'ask-capture', 'commit-capture', 'ask-refund', 'commit-refund'] as const) take[step]();
      refundAll();
    };
    return { take, settleDown, state: () => ({ books, row }) };
  }

  it('a refunded order has nothing captured, at the gateway and in the row', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { take, settleDown, state } = world();
        for (const step of sequence) take[step]();
        settleDown();
        const { books, row } = state();
        expect(books?.status).not.toBe('captured');
        expect(row!.captured - row!.refunded).toBe(0);
        expect(row!.captured).toBe(books?.amount.amount ?? 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
