import { RefundCalculated, RefundFailed, RefundHoldReleased, RefundIssued, RefundPayment, RefundRefused } from '@comptoir/contracts/payments';
import { message } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import { refundPayment } from '../refund-payment';
import { closeRefund } from './close-refund';
import { holdRefund } from './hold-refund';
import { payOut } from './pay-out';
import { closing, idsFor, refundsUnderTest, request, returnRefused, returnReversed, stockReturned, type Ids, type RefundsUnderTest } from './refunds-under-test';

const started = refundsUnderTest();
let subject: RefundsUnderTest;
beforeAll(() => {
  subject = started();
});

const [requested, undone] = holdRefund;
const [returned] = payOut;

describe('a refund', () => {
  it('is held, paid out and given back by the gateway, once, however often each of it is said', async () => {
    const orderId = await subject.paidOrder();
    const ids = idsFor(orderId);
    const first = await subject.run(requested, request(ids, 400), request(ids, 400));
    expect(first[0]).toMatchObject({ type: RefundCalculated, body: { ...ids, amount: { amount: 400, currency: 'GBP' }, lines: [{ sku: 'MUG' }] } });
    expect(first[1]).toEqual(first[0]);
    expect(await subject.run(requested, request(ids, 400))).toEqual([first[0]]);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    const issued = await subject.run(returned, stockReturned(ids), stockReturned(ids));
    expect(issued[0]).toMatchObject({ type: RefundIssued, body: { ...ids, customerId: 'C-1', amount: { amount: 400, currency: 'GBP' } } });
    expect([issued[1], ...(await subject.run(returned, stockReturned(ids)))]).toEqual([issued[0], issued[0]]);
    expect(await subject.run(closeRefund, closing(ids))).toEqual([issued[0]]);
    expect(await subject.run(requested, request(ids, 400))).toEqual([first[0]]);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('of all that is left leaves nothing for the next, and is refused in another currency or without a payment', async () => {
    const orderId = await subject.paidOrder();
    await subject.run(returned, stockReturned(await subject.held(orderId, 1000)));
    const asked = [request(idsFor(orderId), 251), request(idsFor(orderId), 100, 'EUR'), request(idsFor(uuidv7()), 1), request(idsFor(orderId), 250)];
    const answers = await subject.run(requested, ...asked);
    expect(answers.map(({ type, body }) => [type, body['reason']])).toEqual([
      [RefundRefused, 'more-than-left'], [RefundRefused, 'other-currency'], [RefundRefused, 'nothing-captured'], [RefundCalculated, undefined],
    ]);
  });

  it('whose goods cannot come back frees what was held, for another', async () => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId, 1250);
    const released = await subject.run(undone, returnRefused(ids), returnRefused(ids));
    expect(released[0]).toMatchObject({ type: RefundHoldReleased, body: { ...ids, amount: 1250 } });
    expect(released[1]).toEqual(released[0]);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
    // A late echo of the goods pays nothing out, and one of the request holds nothing.
    expect((await subject.run(returned, stockReturned(ids)))[0]?.type).toBe(RefundFailed);
    expect((await subject.run(requested, request(ids, 1250)))[0]).toMatchObject({ type: RefundRefused, body: { reason: 'void' } });
    await subject.held(orderId, 1250);
  });

  it('that is undone before it was requested is void, and the late request is refused', async () => {
    const orderId = await subject.paidOrder();
    const ids = idsFor(orderId);
    expect((await subject.run(undone, returnReversed(ids)))[0]).toMatchObject({ type: RefundHoldReleased, body: { amount: 0 } });
    expect((await subject.run(requested, request(ids, 100)))[0]).toMatchObject({ type: RefundRefused, body: { reason: 'void' } });
    expect((await subject.run(undone, returnRefused(ids)))[0]).toMatchObject({ body: { amount: 0 } });
    expect(await subject.moneyOf(orderId)).toMatchObject({ held: 0 });
  });

  it('that the gateway refuses for good has failed, and its hold goes when the goods have left again', async () => {
    const orderId = await subject.paidOrder('tok_no_refund');
    const ids = await subject.held(orderId);
    const [failed] = await subject.run(returned, stockReturned(ids));
    expect(failed).toMatchObject({ type: RefundFailed, body: { reason: 'account-closed' } });
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    expect(await subject.run(returned, stockReturned(ids))).toEqual([failed]);
    expect(await subject.run(closeRefund, closing(ids))).toEqual([failed]);
    expect((await subject.run(undone, returnReversed(ids)))[0]).toMatchObject({ body: { amount: 400 } });
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
    // The order itself can be undone all the same.
    expect((await subject.run(refundPayment, message(RefundPayment, { orderId, reason: 'test' })))[0]?.body).toMatchObject({ refunded: 1250 });
  });

  it('of another order than it was requested for is an error', async () => {
    const ids = await subject.held(await subject.paidOrder());
    const other = stockReturned({ ...ids, orderId: await subject.paidOrder() });
    await expect(subject.run(returned, other)).rejects.toMatchObject({ code: 'refund-of-another-order' });
    expect(await subject.stateOf(ids)).toBe('paying');
  });
});

describe('two claims on one order', () => {
  it.each([[0, 1], [1, 0]])('that ask for all of it get it once, whichever comes first (%i, %i)', async (...order) => {
    const orderId = await subject.paidOrder();
    const claims = [idsFor(orderId), idsFor(orderId)];
    const answers = await Promise.all(order.map((index) => subject.run(requested, request(claims[index]!, 800))));
    expect(answers.map(([answer]) => answer?.type.name).sort()).toEqual(['payments.refund-calculated', 'payments.refund-refused']);
    expect(await subject.moneyOf(orderId)).toMatchObject({ held: 800 });
  });

  it('the second waits for the first, and sees what it left', async () => {
    const orderId = await subject.paidOrder();
    const second = await subject.transaction(async (tx) => {
      await requested.batch([request(idsFor(orderId), 1000)], tx, []);
      const second = subject.run(requested, request(idsFor(orderId), 251));
      await subject.waiting(1);
      return { second };
    });
    expect((await second.second)[0]?.body).toMatchObject({ reason: 'more-than-left', detail: '251 GBP asked, 250 of 1250 left' });
  });

  it('many at once, over many orders in any sequence, never get more than was captured', async () => {
    const orders = await Promise.all(Array.from({ length: 10 }, () => subject.paidOrder()));
    const claims = orders.flatMap((orderId) => Array.from({ length: 6 }, () => idsFor(orderId)));
    const slice = (n: number) => claims.filter((_, index) => index % 4 === n);
    const asking = [0, 1, 2, 3].map((n) => subject.run(requested, ...(n % 2 ? slice(n).reverse() : slice(n)).map((ids) => request(ids, 300))));
    const answers = (await Promise.all(asking)).flat();
    expect(answers.filter(({ type }) => type === RefundCalculated)).toHaveLength(40);
    const granted = answers.flatMap(({ type, body }) => (type === RefundCalculated ? [body as unknown as Ids] : []));
    const half = [granted.slice(0, 20), granted.slice(20).reverse()];
    const payouts = half.map((some) => subject.retrying(returned, ...some.map(stockReturned)));
    const ends = (await Promise.all([...payouts, subject.retrying(closeRefund, ...granted.map(closing))])).flat();
    const issued = new Set(ends.flatMap(({ type, body }) => (type === RefundIssued ? [String(body['refundId'])] : [])));
    const failed = new Set(ends.flatMap(({ type, body }) => (type === RefundFailed ? [String(body['refundId'])] : [])));
    // Whoever was first has decided; nobody heard both.
    expect(issued.size + failed.size).toBe(40);
    await subject.run(undone, ...granted.filter(({ refundId }) => failed.has(refundId)).map(returnReversed));
    for (const orderId of orders) {
      const count = granted.filter((each) => each.orderId === orderId && issued.has(each.refundId)).length;
      expect(await subject.moneyOf(orderId)).toEqual({ refunded: 300 * count, held: 0, given: 300 * count });
    }
  });
});

it('the database itself refuses to hold or give back more than was captured', async () => {
  const orderId = await subject.paidOrder();
  const update = (set: string) => subject.pool.query(`UPDATE payments.payment SET ${set} WHERE order_id = $1`, [orderId]);
  await expect(update('held = 1251')).rejects.toMatchObject({ constraint: 'payment_held' });
  await expect(update('refunded = 1000, held = 251')).rejects.toMatchObject({ constraint: 'payment_held' });
  const giveBack = subject.pool.query('UPDATE gateway.charge SET refunded = 1251 WHERE key = $1', [orderId]);
  await expect(giveBack).rejects.toMatchObject({ constraint: 'charge_refunded' });
});
