import { toMermaid } from '../mermaid';
import { sagaHandler } from '../handler';
import { inMemorySagaStore } from '../in-memory/store';
import { tripSaga } from '../testing/trip';
import { event } from '@comptoir/contracts';
import { handle, service, type ServiceDefinition } from '@comptoir/messaging';
import { z } from 'zod';
import { flowMap } from './flow-map';
import { flowToMermaid } from './mermaid';
import type { Flow } from './part';
import { peers, RefundIssued, RefundRequested } from './refund.example';

const onlyFlow = (services: readonly ServiceDefinition[] = peers): Flow => {
  const [flow, ...others] = flowMap(services).flows;
  if (!flow || others.length > 0) throw new Error('Not one flow');
  return flow;
};
const find = (flow: Flow, service: string, name: string) => flow.parts.find((each) => each.service === service && each.name === name);

describe('the map of a choreography', () => {
  const refund = onlyFlow();

  it('starts with what its initiator says', () => {
    expect(refund).toMatchObject({ name: 'refund', starts: ['claims.refund-requested'] });
    expect(refund.parts[0]).toMatchObject({ service: 'claims', name: '', role: 'start', emits: ['claims.refund-requested'] });
  });

  it('has every part in the order of a good run, what undoes it last', () => {
    expect(refund.parts.map(({ service, name }) => `${service}.${name}`)).toEqual([
      'claims.',
      'payments.refund-requested',
      'inventory.refund-calculated',
      'payments.stock-returned',
      'claims.settle-refund',
      'notifications.refund-issued',
      'inventory.undo-refund-calculated',
      'payments.close-refund',
      'payments.undo-refund-requested',
    ]);
  });

  it('knows who says what to whom, what says no, and what undoes what', () => {
    expect(find(refund, 'payments', 'refund-requested')).toMatchObject({
      role: 'peer',
      kind: 'compensatable',
      on: ['claims.refund-requested'],
      emits: ['payments.refund-calculated', 'payments.refund-refused'],
      refusals: ['payments.refund-refused'],
      undoneBy: ['inventory.return-refused', 'inventory.return-reversed'],
    });
    expect(find(refund, 'payments', 'undo-refund-requested')).toMatchObject({ role: 'undo', undoes: 'refund-requested' });
  });

  it('knows what the initiator waits for, how long, and whom it asks then', () => {
    expect(find(refund, 'claims', 'settle-refund')?.waits).toEqual({
      since: 'claims.refund-requested',
      for: ['payments.refund-issued', 'payments.refund-refused', 'payments.refund-hold-released'],
      deadlineMs: 600_000,
      asks: 'payments.close-refund',
    });
  });

  it('marks what a flow may end with', () => {
    expect(refund.messages.filter(({ terminal }) => terminal).map(({ name }) => name)).toEqual([
      'claims.refund-failed', 'claims.refund-settled', 'notifications.customer-notified',
    ]);
  });

  it('does not depend on the order of the services', () => {
    expect(flowMap([...peers].reverse())).toEqual(flowMap(peers));
  });

  it('is plain data', () => {
    expect(structuredClone(refund)).toEqual(refund);
  });
});

describe('the map of a saga', () => {
  const desk = service({ name: 'desk', handlers: [sagaHandler(tripSaga(), inMemorySagaStore())] });
  const trip = onlyFlow([desk]);

  it('has a part per position, forward and back', () => {
    expect(find(trip, 'desk', 'trip/book-hotel')).toMatchObject({
      role: 'coordinator',
      on: ['flights.flight-booked'],
      emits: ['hotels.book-hotel'],
      waits: { for: ['hotels.hotel-booked', 'hotels.hotel-refused'], deadlineMs: 10_000, asks: 'hotels.cancel-hotel' },
    });
    expect(find(trip, 'desk', 'trip/undo-book-flight')?.on).toEqual(['hotels.hotel-refused', 'hotels.hotel-cancelled']);
    expect(find(trip, 'desk', 'trip/completed')).toMatchObject({ on: ['mail.tickets-sent'], ends: true });
    expect(find(trip, 'desk', 'trip/aborted')).toMatchObject({ on: ['trips.trip-called-off'], ends: true });
    expect(find(trip, 'desk', 'trip/parked')?.on).toEqual(['mail.tickets-bounced', 'hotels.hotel-not-cancelled']);
  });

  it('goes back where its own diagram does', () => {
    expect(toMermaid(tripSaga())).toContain('undo2 -.->|HotelCancelled| undo1');
    expect(flowToMermaid(trip)).toContain('trip/undo-book-flight');
  });
});

describe('what else takes part', () => {
  const Noted = event('archive.noted', 1, z.object({}), { stream: () => 'archive', terminal: true });
  const listener = (flows?: string[]) =>
    service({ name: 'archive', handlers: [handle(RefundIssued, { emits: [Noted], flows, batch: async () => undefined })] });

  it.each([
    ['hears every flow', undefined],
    ['hears this flow', ['refund']],
  ])('is a handler that %s', (_, flows) => {
    expect(find(onlyFlow([...peers, listener(flows)]), 'archive', 'refund-issued')).toMatchObject({ role: 'listener' });
  });

  it('is not a handler of another flow, which is a flow of its own', () => {
    const { flows } = flowMap([...peers, listener(['gift'])]);
    expect(flows.map(({ name }) => name)).toEqual(['gift', 'refund']);
  });

  it('is nobody who waits for a command that nobody sends', () => {
    const [, ...others] = peers;
    const { flows } = flowMap([service({ name: 'claims', emits: [RefundRequested] }), ...others]);
    expect(flows.map(({ name, parts }) => [name, parts.some((each) => each.name === 'close-refund')])).toEqual([['refund', false]]);
  });

  it('is told apart from what is said in no flow', () => {
    const { flows } = flowMap([...peers, service({ name: 'archive', emits: [Noted] })]);
    expect(flows.map(({ name, starts }) => [name, starts])).toEqual([['refund', [RefundRequested.name]], ['none', [Noted.name]]]);
  });
});

describe('its diagram', () => {
  const lines = flowToMermaid(onlyFlow()).split('\n').map((line) => line.trim());

  it('draws the way forward whole and the way back dotted', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'p1["claims"]',
        'p1 -->|RefundRequested| p2',
        'p4{{"payments<br>stock-returned"}}',
        'p7[/"inventory<br>undo-refund-calculated"/]',
        'p4 -.->|RefundFailed| p7',
        'p7 -.->|ReturnReversed| p9',
        'p5 -->|RefundFailed| e2',
        'p5 -.->|CloseRefund after 10 min| p8',
      ]),
    );
  });

  it('ends in terminal events', () => {
    expect(lines.filter((line) => /^e\d/.test(line))).toEqual(['e1([RefundSettled])', 'e2([RefundFailed])', 'e3([CustomerNotified])']);
  });
});
