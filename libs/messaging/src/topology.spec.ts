import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { handle, handleRequests, type Handler } from './handler';
import { observe } from './observe';
import { service } from './service';
import { commandsWithoutQueue, routingKeyOf, topologyOf, type Topology } from './topology';

const body = z.object({ id: z.string() });
const stream = ({ id }: { id: string }) => id;
const Lent = event('library.lent', 1, body, { stream });
const Refused = event('library.refused', 1, body, { stream });
const Joined = event('members.joined', 1, body, { stream });
const Lend = command('library.lend', 1, body, { answers: [Lent, Refused] });

const lend = handle(Lend, { emits: [Lent, Refused], batch: async (commands) => commands.map((each) => Lent(each.body)) });
const desk = { ...handle(Lent, { emits: [Lend], batch: async () => undefined }), name: 'desk' };
const library = service({ name: 'library', handlers: [lend] });
const front = (handler: Partial<Handler> = {}) =>
  service({ name: 'front', handlers: [{ ...desk, ...handler } as Handler] });

const queue = (topology: Topology, name: string) => topology.queues.find((each) => each.name === name);
const keys = (topology: Topology, name: string) =>
  topology.bindings.filter((each) => each.queue === name).map(({ exchange, key }) => `${exchange} ${key}`);

describe('topology', () => {
  const topology = topologyOf([library, front()]);

  it('gives each handler a quorum queue that never drops what it dead-letters', () => {
    expect(queue(topology, 'library.lend')).toEqual({
      name: 'library.lend',
      kind: 'work',
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-dead-letter-exchange': 'business.dead-letter',
        'x-dead-letter-routing-key': 'library.lend',
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
        'x-delivery-limit': 50,
      },
    });
  });

  it('keeps dead letters in a queue of their own, which dead-letters nothing', () => {
    expect(queue(topology, 'library.lend.dead')?.arguments).not.toHaveProperty('x-dead-letter-exchange');
    expect(keys(topology, 'library.lend.dead')).toEqual(['business.dead-letter library.lend']);
  });

  it('returns retries to the queue their routing key names', () => {
    expect(topology.queues.filter(({ kind }) => kind === 'retry').map((each) => each.arguments)).toEqual(
      [1_000, 10_000, 60_000].map((ttl) => ({
        'x-queue-type': 'quorum',
        'x-message-ttl': ttl,
        'x-dead-letter-exchange': '',
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      })),
    );
    expect(keys(topology, 'retry.10s')).toEqual(['retry.10s #']);
  });

  it('binds a command by its name and an event in every flow', () => {
    expect(keys(topology, 'library.lend')).toEqual(['business.commands library.lend']);
    expect(keys(topology, 'front.desk')).toEqual(['business.events library.lent.*']);
  });

  it('binds only the flows a handler wants, and one queue to all messages it shares', () => {
    const shared = topologyOf([front({ messages: [Lent, Joined, Lent], flows: ['lending', 'return'] })]);
    expect(keys(shared, 'front.desk')).toEqual([
      'business.events library.lent.lending',
      'business.events library.lent.return',
      'business.events members.joined.lending',
      'business.events members.joined.return',
    ]);
  });

  it('gathers what a service sends from handlers, requests and the service itself', () => {
    const members = service({
      name: 'members',
      requests: [handleRequests('join', { emits: [Joined], batch: async () => [] })],
      emits: [Lend],
    });
    expect(topologyOf([members]).services).toEqual([
      { name: 'members', queues: [], commands: ['library.lend'], events: ['members.joined'] },
    ]);
  });

  it('does not depend on the order services are listed in', () => {
    expect(topologyOf([front(), library])).toEqual(topology);
  });

  it('binds an observer to every event', () => {
    const log = service({ name: 'log', handlers: [observe('chronicle', { batch: async () => undefined })] });
    expect(keys(topologyOf([log]), 'log.chronicle')).toEqual(['business.events #']);
    expect(queue(topologyOf([log]), 'log.chronicle')?.arguments).toEqual({ ...queue(topology, 'library.lend')?.arguments, 'x-dead-letter-routing-key': 'log.chronicle' });
  });

  it('brings replays to the queues of replayable handlers only, by their names', () => {
    const shared = topologyOf([library, front({ replayable: true })]);
    expect(shared.bindings.filter((each) => each.exchange === 'business.replay')).toEqual([
      { exchange: 'business.replay', queue: 'front.desk', key: 'front.desk' },
    ]);
    expect(topology.exchanges.map(({ name }) => name)).not.toContain('business.replay');
  });

  it('names commands that no queue takes', () => {
    expect(commandsWithoutQueue(topologyOf([front()]))).toEqual(['library.lend']);
    expect(commandsWithoutQueue(topology)).toEqual([]);
  });

  it('publishes where it binds', () => {
    expect([routingKeyOf(Lend, 'lending'), routingKeyOf(Lent, 'lending')]).toEqual(['library.lend', 'library.lent.lending']);
  });

  it.each([
    ['a command of another service', [service({ name: 'shop', handlers: [lend] })], /shop handles library.lend/],
    ['an event of another service', [service({ name: 'shop', emits: [Lent] })], /shop emits library.lent/],
    ['two queues for a command', [service({ name: 'library', handlers: [lend, { ...lend, name: 'b' }] })], /handled twice/],
    ['two services with one name', [library, library], /Two services are named library/],
    ['a flow of two words', [front({ flows: ['a.b'] })], /"a.b" of front.desk/],
    ['a handler name with a dot', [front({ name: 'x.dead' })], /"x.dead" of front.x.dead/],
    ['a name the library uses', [service({ name: 'retry' })], /"retry"/],
  ])('refuses %s', (_what, services, message) => {
    expect(() => topologyOf(services)).toThrow(message);
  });
});
