import { RefundFailed, RefundIssued, RefundPayment } from '@comptoir/contracts/payments';
import { message } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import { refundPayment } from '../refund-payment';
import { closeRefund } from './close-refund';
import { holdRefund } from './hold-refund';
import { payOut } from './pay-out';
import { closing, idsFor, refundsUnderTest, request, returnRefused, returnReversed, stockReturned, type RefundsUnderTest } from './refunds-under-test';

const started = refundsUnderTest();
let subject: RefundsUnderTest;
beforeAll(() => {
  subject = started();
});

const [requested, undone] = holdRefund;
const [returned] = payOut;

describe('closing', () => {
  it('a refund that is held fails it, and the goods that come back later are not paid', async () => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId);
    const [failed] = await subject.run(closeRefund, closing(ids));
    expect(failed).toMatchObject({ type: RefundFailed, body: { ...ids, reason: 'overdue' } });
    expect(await subject.run(returned, stockReturned(ids))).toEqual([failed]);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    await subject.run(undone, returnReversed(ids));
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
  });

  it('one that nothing is known of makes it void', async () => {
    const orderId = await subject.paidOrder();
    const ids = idsFor(orderId);
    const [failed, again] = await subject.run(closeRefund, closing(ids), closing(ids));
    expect(failed?.type).toBe(RefundFailed);
    expect(again).toEqual(failed);
    expect((await subject.run(requested, request(ids, 100)))[0]).toMatchObject({ body: { reason: 'void', detail: 'overdue' } });
    expect(await subject.stateOf(ids)).toBe('void');
  });

  it('one whose payout is at the gateway at that moment hears what the gateway says', async () => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId);
    const goods = stockReturned(ids);
    expect(await subject.known(returned, goods)).toBeUndefined();
    expect(await subject.stateOf(ids)).toBe('paying');
    const payout = subject.called(returned, goods);
    const [closed] = await subject.run(closeRefund, closing(ids));
    expect(closed?.type).toBe(RefundIssued);
    expect(await subject.commit(returned, goods, await payout)).toEqual(closed);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('looks again when the payout has begun since it looked', async () => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId);
    const [goods, close] = [stockReturned(ids), closing(ids)];
    const nothing = await subject.known(closeRefund, close);
    await subject.known(returned, goods);
    await expect(subject.commit(closeRefund, close, nothing)).rejects.toMatchObject({ code: 'retry-now' });
    expect((await subject.run(closeRefund, close))[0]?.type).toBe(RefundIssued);
    expect(await subject.moneyOf(orderId)).toMatchObject({ given: 400 });
  });

  it('finishes a payout whose process died when it had asked, or before', async () => {
    const orderId = await subject.paidOrder();
    const [asked, notYet] = [await subject.held(orderId), await subject.held(orderId)];
    for (const ids of [asked, notYet]) await subject.known(returned, stockReturned(ids));
    await subject.called(returned, stockReturned(asked));
    const answers = await subject.run(closeRefund, closing(asked), closing(notYet));
    expect(answers.map(({ type }) => type)).toEqual([RefundIssued, RefundIssued]);
    // Killed: the messages come again.
    expect(await subject.run(returned, stockReturned(asked), stockReturned(notYet))).toEqual(answers);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 800, held: 0, given: 800 });
  });

  it('at the same time as the payout, very often, both say the same', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => subject.paidOrder()));
    const refunds = await Promise.all(orders.map((orderId) => subject.held(orderId)));
    const pairs = await Promise.all(
      refunds.map(async (ids) => {
        const both = [subject.retrying(returned, stockReturned(ids)), subject.retrying(closeRefund, closing(ids))];
        return (await Promise.all(both)).flat();
      }),
    );
    for (const [index, [payout, close]] of pairs.entries()) {
      expect(close).toEqual(payout);
      const given = payout?.type === RefundIssued ? 400 : 0;
      expect(await subject.moneyOf(orders[index]!)).toEqual({ refunded: given, held: 400 - given, given });
    }
  });
});

describe('a payout in flight', () => {
  it('is not undone before the gateway has answered', async () => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId);
    const goods = stockReturned(ids);
    await subject.known(returned, goods);
    const payout = await subject.called(returned, goods);
    await expect(subject.run(undone, returnRefused(ids))).rejects.toMatchObject({ code: 'payout-under-way' });
    expect(await subject.moneyOf(orderId)).toMatchObject({ held: 400 });
    await subject.commit(returned, goods, payout);
    await expect(subject.run(undone, returnRefused(ids))).rejects.toMatchObject({ code: 'undo-after-payout' });
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('whose answer came too late is asked for again under the same key', async () => {
    const orderId = await subject.paidOrder('tok_late_refund');
    const ids = await subject.held(orderId);
    subject.gateway = subject.gatewayWith(100);
    await expect(subject.run(returned, stockReturned(ids))).rejects.toMatchObject({ code: 'gateway-timeout' });
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 400 });
    expect((await subject.run(returned, stockReturned(ids)))[0]?.type).toBe(RefundIssued);
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it.each([['before the work', 0.1, 0], ['after it', 0.4, 400]])('that fails %s is tried again', async (_, drawn, given) => {
    const orderId = await subject.paidOrder();
    const ids = await subject.held(orderId);
    subject.gateway = subject.gatewayWith(5_000, { failureRate: 0.5, random: () => drawn });
    await expect(subject.run(returned, stockReturned(ids))).rejects.toMatchObject({ code: 'gateway-failed' });
    expect(await subject.moneyOf(orderId)).toMatchObject({ held: 400, given });
    subject.gateway = subject.gatewayWith(5_000);
    await subject.run(returned, stockReturned(ids));
    expect(await subject.moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('meets the whole payment being given back: the customer gets all of it, once', async () => {
    const [first, second] = [await subject.paidOrder(), await subject.paidOrder()];
    const undo = (orderId: string) => message(RefundPayment, { orderId, reason: 'test' });
    // The gateway hears of the payout first.
    const early = await subject.held(first);
    await subject.known(returned, stockReturned(early));
    const payout = await subject.called(returned, stockReturned(early));
    expect((await subject.run(refundPayment, undo(first)))[0]?.body).toMatchObject({ refunded: 1250 });
    expect((await subject.commit(returned, stockReturned(early), payout)).type).toBe(RefundIssued);
    expect(await subject.moneyOf(first)).toEqual({ refunded: 1250, held: 0, given: 1250 });
    // And here last.
    const late = await subject.held(second);
    await subject.run(refundPayment, undo(second));
    expect((await subject.run(returned, stockReturned(late)))[0]).toMatchObject({ type: RefundFailed, body: { reason: 'more-than-left' } });
    await subject.run(undone, returnReversed(late));
    expect(await subject.moneyOf(second)).toEqual({ refunded: 1250, held: 0, given: 1250 });
    expect((await subject.run(requested, request(idsFor(second), 1)))[0]?.body).toMatchObject({ reason: 'more-than-left' });
  });
});

describe('messages without a payment that could be locked', () => {
  it('a request and a close of one refund at once agree', async () => {
    const ids = idsFor(uuidv7());
    const second = await subject.transaction(async (tx) => {
      await closeRefund.batch([closing(ids)], tx, [{ payout: undefined }]);
      const second = subject.run(requested, request(ids, 100)).catch((error: unknown) => error);
      await subject.waiting(1);
      return { second };
    });
    expect(await second.second).toMatchObject({ code: 'retry-now' });
    expect((await subject.run(requested, request(ids, 100)))[0]?.body).toMatchObject({ reason: 'void' });
  });
});
