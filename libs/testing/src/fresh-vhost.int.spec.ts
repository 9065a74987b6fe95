import { connect } from 'amqplib';
import { freshVhost, type FreshVhost } from './fresh-vhost';
import { managementRequest } from './management';
import { servers } from './servers';

const vhosts: FreshVhost[] = [];
const fresh = async (...args: Parameters<typeof freshVhost>) => {
  const vhost = await freshVhost(...args);
  vhosts.push(vhost);
  return vhost;
};
afterEach(async () => {
  await Promise.all(vhosts.splice(0).map((vhost) => vhost.drop()));
});

const reader = 'vhost-test-reader';
afterAll(() => managementRequest(servers().managementUrl)('DELETE', `users/${reader}`));

const definitions = {
  exchanges: [{ vhost: 'elsewhere', name: 'news', type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} }],
  queues: [{ vhost: 'elsewhere', name: 'reader', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } }],
  bindings: [
    { vhost: 'elsewhere', source: 'news', destination: 'reader', destination_type: 'queue', routing_key: 'city.#', arguments: {} },
  ],
};

test('holds the given exchanges, queues and bindings, whatever vhost they name', async () => {
  const vhost = await fresh(definitions);
  const connection = await connect(vhost.url);
  try {
    const channel = await connection.createConfirmChannel();
    channel.publish('news', 'city.paris', Buffer.from('bonjour'));
    await channel.waitForConfirms();
    const message = await channel.get('reader', { noAck: true });
    expect(message && message.content.toString()).toBe('bonjour');
  } finally {
    await connection.close();
  }
});

test('two vhosts share nothing', async () => {
  const [one, other] = await Promise.all([fresh(definitions), fresh()]);
  expect(one.name).not.toBe(other.name);
  const connection = await connect(other.url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  connection.on('error', () => undefined);
  await expect(channel.checkQueue('reader')).rejects.toMatchObject({ code: 404 });
  await connection.close();
});

test('users get their permissions in it, and no more', async () => {
  const vhost = await fresh({
    ...definitions,
    users: [{ name: reader, password: `${reader}-dev`, tags: [] } as { name: string }],
    permissions: [{ vhost: 'elsewhere', user: reader, configure: '^$', write: '^$', read: '^reader$' } as { vhost: string }],
  });
  const connection = await connect(vhost.urlFor(reader));
  connection.on('error', () => undefined);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await channel.checkQueue('reader');
  await expect(channel.assertQueue('mine')).rejects.toMatchObject({ code: 403 });
  await connection.close();
});

test('nobody gets into a dropped vhost', async () => {
  const vhost = await fresh();
  await vhost.drop();
  await expect(connect(vhost.url)).rejects.toThrow();
});
