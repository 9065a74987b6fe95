import type { EventType } from '@comptoir/contracts';
import { handle, service, topologyOf, virtualClock, type Message, type ServiceDefinition } from '@comptoir/messaging';
import { InMemoryBroker, inMemoryUnitOfWork, simulatedProcess, type InMemoryTransaction } from '@comptoir/messaging/testing';
import { reaction } from '../reaction';
import { flowMap } from './flow-map';
import { follow } from './follow';
import { claims, closeRefund, CloseRefund, holdRefund, PaymentFailed, payments, payOut, peers, REFUND, RefundIssued, RefundRequested, StockReturned } from './refund.example';
import type { FollowedMessage } from './timeline';

const claimId = '01890000-0000-7000-8000-000000000001';
/** Peers without tables of their own run on any unit of work. */
const anywhere = (services: readonly ServiceDefinition[]) => services as unknown as ServiceDefinition<InMemoryTransaction>[];

/** Runs the peers by their declarations, on the in-memory transport, until they have nothing more to say. */
async function run(services: readonly ServiceDefinition[]): Promise<readonly FollowedMessage[]> {
  const clock = virtualClock();
  const heard: Message[] = [];
  const hears = async (messages: readonly Message[]) => void heard.push(...messages);
  const events = new Map(services.flatMap(({ handlers, emits }) => [...handlers, { emits }].flatMap((each) => each.emits)).map((type) => [type.name, type]));
  const taps = [...events.values()].filter((type): type is EventType => type.kind === 'event');
  const observer = service({
    name: 'observer',
    handlers: taps.map((type) => handle(type, { name: type.name.replace('.', '-'), emits: [], batch: hears })),
  });
  const all = [...services, observer];
  const broker = new InMemoryBroker(topologyOf(all), { clock });
  const started = anywhere(all).map((each) => simulatedProcess(each, { broker, clock, unitOfWork: inMemoryUnitOfWork({ clock }) }));
  await broker.settle();
  const [initiator] = started;
  const request = [RefundRequested({ claimId }, { correlationId: claimId, flow: REFUND })];
  void initiator?.endpoint.transaction(async () => ({ result: undefined, messages: request }));
  await broker.settle();
  for (const each of started) each.kill();
  return heard.map(({ id, type, flow, sentAt, sentBy, causationId }) => ({ id, type: type.name, flow, sentAt, sentBy, causationId }));
}

const told = (services: readonly ServiceDefinition[], messages: readonly FollowedMessage[]) => {
  const { timeline, flows } = follow(flowMap(services), messages, new Date(0));
  return { types: timeline.map(({ type }) => type), flows };
};
const ended = [{ flow: 'refund', ended: true, expected: [], overdue: false }];

describe('a refund, run by its declarations alone', () => {
  it('is settled', async () => {
    const { types, flows } = told(peers, await run(peers));
    expect(types.slice(0, 4)).toEqual(['claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned', 'payments.refund-issued']);
    expect([...types.slice(4)].sort()).toEqual(['claims.refund-settled', 'notifications.customer-notified']);
    expect(flows).toEqual(ended);
  });

  it('is undone in reverse when it cannot be paid out', async () => {
    const fail = reaction(REFUND, {
      on: StockReturned,
      kind: 'pivot',
      emits: [RefundIssued, PaymentFailed],
      refusals: [PaymentFailed],
      batch: async (events) => events.map(({ body }) => PaymentFailed({ ...body, reason: 'account closed' })),
    });
    const poor = peers.map((each) => (each === payments ? service({ ...payments, handlers: [...holdRefund, ...fail, closeRefund] }) : each));
    const { types, flows } = told(poor, await run(poor));
    expect(types.slice(3)).toEqual([
      'payments.refund-failed', 'inventory.return-reversed', 'payments.refund-hold-released', 'claims.refund-failed',
    ]);
    expect(flows).toEqual(ended);
  });

  it('gives its initiator the right to ask', () => {
    expect(payOut[0].emits).not.toContain(CloseRefund);
    expect(claims.handlers.flatMap(({ emits }) => emits)).toContain(CloseRefund);
  });
});
