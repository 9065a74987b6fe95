import { command, event } from '@comptoir/contracts';
import { handle, observe, service, type ServiceDefinition } from '@comptoir/messaging';
import { z } from 'zod';
import { sagaHandler } from '../handler';
import { inMemorySagaStore } from '../in-memory/store';
import { reaction } from '../reaction';
import { saga } from '../saga';
import { checkFlows } from './check';
import { flowMap } from './flow-map';
import {
  claims, closeRefund, CloseRefund, inventory, notifications, notify, payments, payOut, peers, REFUND, PaymentFailed,
  RefundCalculated, RefundFailed, RefundHoldReleased, RefundIssued, RefundRefused, RefundRequested, RefundSettled,
  ReturnRefused, ReturnReversed, returnStock, StockReturned,
} from './refund.example';

const batch = async () => undefined;
const waits = { since: RefundRequested, deadline: '10m', asks: CloseRefund } as const;

/** The refund's peers, some of them replaced. */
const refundWith = (...others: ServiceDefinition[]) =>
  checkFlows(flowMap([...peers.filter(({ name }) => !others.some((other) => other.name === name)), ...others]));
const told = (...others: ServiceDefinition[]) => refundWith(...others).map(({ code, subject }) => `${code}: ${subject}`);

it('finds nothing in a refund in which every failure is undone in reverse and reaches its end', () => {
  expect(refundWith()).toEqual([]);
});

it('finds nothing in one in which everybody hears of the failure and undoes on its own', () => {
  const told = event('inventory.return-taken-back', 1, z.object({}), { stream: () => 'return', terminal: true });
  const undo = { emits: [told], batch };
  const hold = reaction(REFUND, { on: RefundRequested, kind: 'compensatable', emits: [RefundCalculated, RefundRefused],
    refusals: [RefundRefused], batch, undoneBy: [ReturnRefused, PaymentFailed], undo: { emits: [], batch } });
  const takeBack = reaction(REFUND, { on: RefundCalculated, kind: 'compensatable', emits: [StockReturned, ReturnRefused],
    refusals: [ReturnRefused], batch, undoneBy: PaymentFailed, undo });
  const end = reaction(REFUND, { on: [RefundIssued, RefundRefused, ReturnRefused, PaymentFailed], name: 'settle-refund', waits,
    kind: 'retriable', emits: [RefundSettled, RefundFailed], batch });
  const found = refundWith(
    service({ ...claims, handlers: [...end] }),
    service({ ...payments, handlers: [...hold, ...payOut, closeRefund] }),
    service({ ...inventory, handlers: [...takeBack] }),
  );
  expect(found).toEqual([]);
});

describe('a finding', () => {
  it('says where it is and what to do', () => {
    expect(refundWith(service({ name: 'notifications' }), service({ ...claims, handlers: [] }))).toContainEqual({
      code: 'event-not-consumed',
      flow: 'refund',
      subject: 'payments.refund-issued',
      sentence:
        'Nobody consumes payments.refund-issued in refund: let somebody react to it, or declare it `terminal: true` in its contract.',
    });
  });
});

it('does not take one who hears everything for a consumer, nor draws it', () => {
  const log = service({ name: 'log', handlers: [observe('ingest', { batch })] });
  const deaf = service({ name: 'notifications' });
  expect(told(deaf, { ...claims, handlers: [] }, log)).toEqual(told(deaf, { ...claims, handlers: [] }));
  expect(flowMap([...peers, log])).toEqual(flowMap(peers));
});

describe('in a flow of peers', () => {
  it('an event that nobody consumes and that is not terminal', () => {
    const Emailed = event('notifications.emailed', 1, z.object({}), { stream: () => 'mail' });
    const [email] = reaction(REFUND, { on: RefundIssued, kind: 'retriable', emits: [Emailed], batch });
    expect(told(service({ name: 'notifications', handlers: [email] }))).toEqual(['event-not-consumed: notifications.emailed']);
  });

  it('an event that somebody waits for and nobody emits', () => {
    const Shipped = event('couriers.shipped', 1, z.object({}), { stream: () => 'parcel' });
    const late = reaction(REFUND, { on: Shipped, kind: 'retriable', emits: [], batch });
    expect(told(service({ ...notifications, handlers: [...notify, ...late] }))).toEqual(['event-without-source: couriers.shipped']);
  });

  it('a failure path that reaches no end: whoever undoes its part keeps it to itself', () => {
    const silent = reaction(REFUND, {
      on: RefundRequested,
      kind: 'compensatable',
      emits: [RefundCalculated, RefundRefused],
      refusals: [RefundRefused],
      batch,
      undoneBy: [ReturnRefused, ReturnReversed],
      undo: { emits: [], batch },
    });
    // Claims goes on waiting for the release that nobody tells of.
    expect(told(service({ ...payments, handlers: [...silent, ...payOut, closeRefund] }))).toEqual([
      'event-without-source: payments.refund-hold-released',
      'failure-without-end: inventory.return-refused',
      'failure-without-end: payments.refund-failed',
      'failure-without-end: inventory.return-reversed',
    ]);
  });

  it('a failure path that reaches no end: a refusal that its contract calls terminal, and that the initiator does not hear', () => {
    const Broke = event('payments.broke', 1, z.object({}), { stream: () => 'till', terminal: true });
    const hold = reaction(REFUND, { on: RefundRequested, kind: 'compensatable', emits: [RefundCalculated, RefundRefused, Broke],
      refusals: [RefundRefused, Broke], batch, undoneBy: [ReturnRefused, ReturnReversed], undo: { emits: [RefundHoldReleased], batch } });
    expect(told(service({ ...payments, handlers: [...hold, ...payOut, closeRefund] }))).toEqual(['failure-without-end: payments.broke']);
  });

  it('a wait without a deadline', () => {
    const patient = reaction(REFUND, {
      name: 'settle-refund',
      on: [RefundIssued, RefundRefused, RefundHoldReleased],
      kind: 'retriable',
      emits: [RefundSettled, RefundFailed],
      batch,
    });
    const found = refundWith(service({ ...claims, handlers: [...patient] }));
    expect(found.map(({ code, subject }) => [code, subject])).toEqual([['wait-without-deadline', 'claims.refund-requested']]);
    expect(found[0]?.sentence).toContain('let claims declare `waits: { since, deadline, asks }`');
  });

  it('a deadline that asks somebody who may not fail the flow', () => {
    const Forget = command('inventory.forget-return', 1, z.object({}), { answers: [ReturnRefused] });
    const asking = reaction(REFUND, {
      name: 'settle-refund',
      on: [RefundIssued, RefundRefused, RefundHoldReleased],
      waits: { ...waits, asks: Forget },
      kind: 'retriable',
      emits: [RefundSettled, RefundFailed],
      batch,
    });
    const forget = handle(Forget, { emits: [ReturnRefused], batch: async (all) => all.map(() => ReturnRefused({ claimId: '', reason: '' })) });
    expect(
      told(service({ ...claims, handlers: [...asking] }), service({ ...inventory, handlers: [...returnStock, forget] })),
    ).toEqual(['deadline-asks-another: claims.settle-refund']);
  });

  it('a compensatable part without its compensation', () => {
    const forever = reaction(REFUND, {
      on: RefundCalculated,
      kind: 'compensatable',
      emits: [StockReturned, ReturnRefused],
      refusals: [ReturnRefused],
      batch,
    });
    expect(told(service({ ...inventory, handlers: [...forever] }))).toContain('compensation-missing: inventory.refund-calculated');
  });

  it('a failure that does not lead to the undo of what came before it', () => {
    const deaf = reaction(REFUND, {
      on: RefundRequested,
      kind: 'compensatable',
      emits: [RefundCalculated, RefundRefused],
      refusals: [RefundRefused],
      batch,
      undoneBy: ReturnReversed,
      undo: { emits: [RefundHoldReleased], batch },
    });
    expect(told(service({ ...payments, handlers: [...deaf, ...payOut, closeRefund] }))).toEqual([
      'event-not-consumed: inventory.return-refused',
      'failure-not-undone: payments.refund-requested',
    ]);
  });

  it('two pivots', () => {
    const another = reaction(REFUND, {
      on: RefundCalculated,
      kind: 'pivot',
      emits: [StockReturned, ReturnRefused],
      refusals: [ReturnRefused],
      batch,
    });
    expect(told(service({ ...inventory, handlers: [...another] }))).toContain('several-pivots: inventory.refund-calculated');
  });

  it.each([
    ['is compensatable', 'compensatable', []],
    ['refuses', 'retriable', [RefundFailed]],
  ] as const)('a part after the pivot that %s', (_, kind, refusals) => {
    const fickle = reaction(REFUND, { name: 'settle-refund', on: [RefundIssued, RefundRefused, RefundHoldReleased], waits, kind,
      emits: [RefundSettled, RefundFailed], refusals, batch });
    expect(told(service({ ...claims, handlers: [...fickle] }))).toContain('failure-after-pivot: claims.settle-refund');
  });
});

describe('in a flow of a saga', () => {
  const of = z.object({ id: z.string() });
  const stream = { stream: ({ id }: { id: string }) => id };
  const Asked = event('shop.asked', 1, of, stream);
  const Packed = event('depot.packed', 1, of, stream);
  const PackingRefused = event('depot.packing-refused', 1, of, stream);
  const Pack = command('depot.pack', 1, of, { answers: [Packed, PackingRefused] });
  const Sent = event('depot.sent', 1, of, stream);
  const SendingRefused = event('depot.sending-refused', 1, of, stream);
  const Send = command('depot.send', 1, of, { answers: [Sent, SendingRefused] });
  const Dropped = event('shop.dropped', 1, of, { ...stream, terminal: true });
  const Drop = command('shop.drop', 1, of, { answers: [Dropped] });
  const answer = async () => [];

  const shop = service({ name: 'shop', handlers: [handle(Drop, { emits: [Dropped], batch: answer })], emits: [Asked] });
  const handlers = [
    handle(Pack, { emits: [Packed, PackingRefused], batch: answer }),
    handle(Send, { emits: [Sent, SendingRefused], batch: answer }),
  ];
  const unpack = handle(Dropped, { emits: [], batch });
  const codes = (undone: boolean, listens: boolean) => {
    const start = saga('parcel', { version: 1, state: of }).startedBy(Asked, (body) => body);
    const definition = start
      .step('pack', (step) => {
        const asked = step.send(Pack, (body) => body).on(Packed).rejectedBy(PackingRefused);
        return undone ? asked.undoneBy(Dropped) : asked;
      })
      .step('send', (step) => step.pivot().send(Send, (body) => body).on(Sent).rejectedBy(SendingRefused))
      .onAbort(Drop, (body) => body)
      .build();
    const desk = service({ name: 'desk', handlers: [sagaHandler(definition, inMemorySagaStore())] });
    const depot = service({ name: 'depot', handlers: listens ? [...handlers, unpack] : handlers });
    return checkFlows(flowMap([shop, desk, depot])).map(({ code, subject }) => [code, subject]);
  };

  it('nothing, where the service of a step without a compensation undoes it by itself', () => {
    expect(codes(true, true)).toEqual([]);
  });

  it('a compensatable step that says nothing of its undoing', () => {
    expect(codes(false, true)).toEqual([['compensation-missing', 'depot.pack']]);
  });

  it('a step whose service does not listen to what undoes it', () => {
    expect(codes(true, false)).toEqual([['compensation-missing', 'depot.pack']]);
  });
});

it('asks outside any flow only for who says and who hears', () => {
  const Counted = event('till.counted', 1, z.object({}), { stream: () => 'till' });
  expect(checkFlows(flowMap([service({ name: 'till', emits: [Counted] })]))).toMatchObject([
    { code: 'event-not-consumed', flow: 'none', subject: 'till.counted' },
  ]);
});
