import { inMemoryUnitOfWork, handling, message } from '@comptoir/messaging/testing';
import { service, topologyOf } from '@comptoir/messaging';
import {
  CloseRefund, PaymentFailed, RefundCalculated, RefundHoldReleased, RefundIssued, RefundRefused, RefundRequested,
  RefundSettled, ReturnRefused, ReturnReversed, StockReturned, holdRefund, peers, settle,
} from './flows/refund.example';
import { InvalidDefinition } from './errors';
import { reaction } from './reaction';

const claim = { claimId: '01890000-0000-7000-8000-000000000001' };
const nothing = async () => undefined;

describe('a reaction', () => {
  const [hold, release] = holdRefund;

  it('is a message handler for its flow only, with a queue of its own', () => {
    expect(hold).toMatchObject({ name: 'refund-requested', messages: [RefundRequested], flows: ['refund'], maxBatch: 200 });
    expect(hold.emits).toEqual([RefundCalculated, RefundRefused]);
  });

  it('has its undo as a second handler, on all that undoes it', () => {
    expect(release).toMatchObject({ name: 'undo-refund-requested', messages: [ReturnRefused, ReturnReversed], flows: ['refund'] });
    expect(release.emits).toEqual([RefundHoldReleased]);
  });

  it('gets its bindings and rights like every handler', () => {
    const { bindings, services } = topologyOf(peers);
    expect(bindings).toContainEqual({
      exchange: 'business.events',
      queue: 'payments.undo-refund-requested',
      key: 'inventory.return-reversed.refund',
    });
    expect(services.find(({ name }) => name === 'claims')?.commands).toEqual([CloseRefund.name]);
  });

  it('returns what it declared, told by the event that came', async () => {
    const react = handling(settle[0], { unitOfWork: inMemoryUnitOfWork() as never });
    const outcomes = await react(message(RefundIssued, claim), message(RefundRefused, { ...claim, reason: 'no money' }));
    expect(outcomes.map(([first]) => first?.type.name)).toEqual(['claims.refund-settled', 'claims.refund-failed']);
  });

  it('passes on what its call learned', async () => {
    const [part] = reaction('refund', {
      on: StockReturned,
      kind: 'pivot',
      emits: [RefundIssued, PaymentFailed],
      refusals: [PaymentFailed],
      call: async () => ({ paid: true }),
      batch: async (events, _tx, results) => events.map(({ body }, at) => (results[at]?.paid ? RefundIssued(body) : undefined)),
    });
    const react = handling(part, { unitOfWork: inMemoryUnitOfWork() as never });
    expect((await react(message(StockReturned, claim))).map(([first]) => first?.type.name)).toEqual([RefundIssued.name]);
  });

  it('cannot return what it does not emit', () => {
    reaction('refund', {
      on: RefundIssued,
      kind: 'retriable',
      emits: [RefundSettled],
      // @ts-expect-error RefundRequested is not among `emits`
      batch: async (events) => events.map(({ body }) => RefundRequested(body)),
    });
    reaction('refund', {
      on: RefundIssued,
      kind: 'compensatable',
      emits: [],
      batch: nothing,
      undoneBy: ReturnRefused,
      // @ts-expect-error its undo emits nothing
      undo: { emits: [], batch: async (events) => events.map(({ body }) => RefundHoldReleased(body)) },
    });
  });

  it('makes two reactions to one event two queues by name', () => {
    const options = { on: RefundIssued, kind: 'retriable', emits: [], batch: nothing } as const;
    const [first] = reaction('refund', options);
    expect(() => service({ name: 'mail', handlers: [first, ...reaction('gift', options)] })).toThrow(/two handlers named/);
    expect(service({ name: 'mail', handlers: [first, ...reaction('gift', { ...options, name: 'gift' })] }).handlers).toHaveLength(2);
  });
});

describe('a reaction that cannot work is refused', () => {
  const undo = { emits: [], batch: nothing };
  const part = { on: RefundIssued, emits: [], batch: nothing };
  it.each([
    ['a pivot with an undo', () => reaction('r', { ...part, kind: 'pivot', undoneBy: ReturnRefused, undo }), /never undone/],
    ['an undo that nothing calls for', () => reaction('r', { ...part, kind: 'compensatable', undoneBy: [], undo }), /undoneBy/],
    ['undoneBy without an undo', () => reaction('r', { ...part, kind: 'compensatable', undoneBy: ReturnRefused } as never), /\(undo\)/],
    ['nothing to react to', () => reaction('r', { ...part, on: [], kind: 'retriable', name: 'idle' }), /reacts to nothing/],
    ['a deadline that says what is no refusal',
      () => reaction('r', { ...part, emits: [RefundIssued], kind: 'pivot', waits: { since: RefundRequested, deadline: '1m', says: RefundIssued, until: [RefundIssued] } }),
      /none of its refusals/],
    ['a refusal it does not emit', () => reaction('r', { ...part, kind: 'pivot', refusals: [RefundRefused as never] }), /does not emit/],
  ])('%s', (_, declare, problem) => {
    expect(declare).toThrow(InvalidDefinition);
    expect(declare).toThrow(problem);
  });
});
