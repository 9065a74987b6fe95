import { eventually, freshVhost, type FreshVhost } from '@comptoir/testing';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { BAKERY, contractTopology, LEDGER } from '../testing/contract-topology';
import { definitionsOf } from './definitions';
import { importDefinitions, TopologyMismatch } from './import-definitions';
import { managementRequest } from './management';

const definitions = definitionsOf(contractTopology);
const USERS = contractTopology.services.map(({ name }) => name);

let vhost: FreshVhost;
let request: ReturnType<typeof managementRequest>;
const connections: ChannelModel[] = [];

beforeAll(async () => {
  vhost = await freshVhost({}, { name: 'definitions' });
  request = managementRequest(vhost.managementUrl);
});
const closeAll = () => Promise.all(connections.splice(0).map((each) => each.close()));
afterEach(closeAll);
afterAll(async () => {
  await vhost?.drop();
  for (const name of USERS) await request('DELETE', `users/${name}`).catch(() => undefined);
});

const importing = (more: Partial<typeof definitions> = {}) =>
  importDefinitions(vhost.managementUrl, vhost.name, { ...definitions, ...more });

async function channelOf(user: string, password?: string): Promise<ConfirmChannel> {
  const connection = await connect(vhost.urlFor(user, password));
  connections.push(connection);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}
/** `confirmed`, or why the broker closed the channel. */
const publish = async (user: string, exchange: string, key: string) => {
  const channel = await channelOf(user);
  const closed = new Promise<string>((resolve) => channel.once('error', ({ message }: Error) => resolve(message)));
  const confirmed = new Promise<string>((resolve) =>
    channel.publish(exchange, key, Buffer.from('{}'), { persistent: true }, (error) => {
      if (!error) resolve('confirmed');
    }),
  );
  return Promise.race([confirmed, closed]);
};

describe('importing definitions', () => {
  it('makes everything that was asked for, and may be repeated', async () => {
    expect(await importing()).toEqual({ leftOver: [] });
    expect(await importing()).toEqual({ leftOver: [] });
    const queues = await request<{ name: string; type: string }[]>('GET', `queues/${vhost.name}`);
    expect(queues.map(({ name }) => name).sort()).toEqual(definitions.queues.map(({ name }) => name).sort());
    expect(new Set(queues.map(({ type }) => type))).toEqual(new Set(['quorum']));
  });

  it('says how what exists differs, instead of pretending', async () => {
    await importing();
    const queues = definitions.queues.map((each) =>
      each.name === BAKERY ? { ...each, arguments: { ...each.arguments, 'x-delivery-limit': 7 } } : each,
    );
    const failure = await importing({ queues }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TopologyMismatch);
    expect((failure as TopologyMismatch).data['differences']).toEqual([`queue ${BAKERY}: x-delivery-limit is 50 instead of 7`]);
  });

  it('names what an older topology left behind', async () => {
    await importing();
    const without = (name: string) => name !== LEDGER;
    const { leftOver } = await importing({
      queues: definitions.queues.filter(({ name }) => without(name)),
      bindings: definitions.bindings.filter(({ destination }) => without(destination)),
    });
    expect(leftOver).toEqual([`queue ${LEDGER}`, `binding business.events --bakery.baked.*--> ${LEDGER}`]);
  });

  it('leaves the password of a user who exists as it is', async () => {
    const [first] = definitions.users.slice(-1);
    const user = { ...first, name: vhost.name };
    await request('PUT', `users/${user.name}`, { password: 'an operator chose it', tags: '' });
    const users = [{ ...user, password_hash: user.password_hash ?? '', hashing_algorithm: '', tags: [] }];
    await importing({ users, permissions: [{ user: user.name, vhost: '', configure: '^$', write: '^$', read: '^$' }], topic_permissions: [] });
    await channelOf(user.name, 'an operator chose it');
    await closeAll(); // The broker resets connections of a user that is deleted.
    await request('DELETE', `users/${user.name}`);
  });

  it('bounds the length of queues by policy: a full one refuses', async () => {
    const shortest = definitions.policies.map((each) => ({ ...each, definition: { ...each.definition, 'max-length': 1 } }));
    await importing({ policies: shortest });
    const channel = await channelOf('bakery');
    const refused = () =>
      new Promise<boolean>((resolve) =>
        channel.publish('business.dead-letter', BAKERY, Buffer.from('{}'), { persistent: true }, (error) => resolve(!!error)),
      );
    await eventually(async () => expect(await refused()).toBe(true), { intervalMs: 1 });
    await importing();
    await eventually(async () => expect(await refused()).toBe(false), { intervalMs: 1 });
  });
});

describe("a service's user", () => {
  beforeAll(async () => void (await importing()));

  it.each([
    ['bakery', 'business.events', 'bakery.baked.morning'],
    ['bakery', 'business.dead-letter', BAKERY],
    ['bakery', 'retry.10s', BAKERY],
    ['shop', 'business.commands', 'bakery.bake'],
  ])('%s publishes to %s: %s', async (user, exchange, key) => {
    expect(await publish(user, exchange, key)).toBe('confirmed');
  });

  it.each([
    ['bakery', 'business.events', 'shop.opened.morning'],
    ['bakery', 'business.commands', 'bakery.bake'],
    ['shop', 'business.commands', 'bakery.close'],
    ['shop', 'business.events', 'bakery.baked.morning'],
    ['shop', 'retry.10s', BAKERY],
    ['shop', 'business.dead-letter', BAKERY],
    ['shop', '', BAKERY],
  ])('%s may not publish to "%s": %s', async (user, exchange, key) => {
    expect(await publish(user, exchange, key)).toMatch(/403.*ACCESS_REFUSED/);
  });

  it('consumes its own queue, and asks how much waits in it', async () => {
    const channel = await channelOf('bakery');
    await channel.consume(BAKERY, () => undefined);
    expect(await channel.checkQueue(BAKERY)).toMatchObject({ queue: BAKERY });
  });

  it.each([LEDGER, `${BAKERY}.dead`, 'retry.1s'])('may not consume %s', async (queue) => {
    const channel = await channelOf('bakery');
    await expect(channel.consume(queue, () => undefined)).rejects.toThrow(/403/);
  });

  it('declares, binds and deletes nothing', async () => {
    const attempts: ((channel: ConfirmChannel) => Promise<unknown>)[] = [
      (channel) => channel.assertQueue('bakery.another', { durable: true }),
      (channel) => channel.assertExchange('bakery', 'topic'),
      (channel) => channel.bindQueue(BAKERY, 'business.events', '#'),
      (channel) => channel.deleteQueue(BAKERY),
      (channel) => channel.purgeQueue(LEDGER),
    ];
    for (const attempt of attempts) await expect(attempt(await channelOf('bakery'))).rejects.toThrow(/403/);
  });
});
