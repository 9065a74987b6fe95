import { command, event } from '@comptoir/contracts';
import { eventually } from '@comptoir/testing';
import { v7 } from 'uuid';
import { z } from 'zod';
import { EndpointUnavailable, IdempotencyKeyReused } from './errors';
import { handle, handleRequests } from './handler';
import { service } from './service';
import { testbed, type Testbed } from './testing/testbed';
import { statement } from './unit-of-work';

const Baked = event('mill.bread-baked', 1, z.object({ loaf: z.string() }), { stream: ({ loaf }) => `loaf-${loaf}` });
const Sold = event('mill.bread-sold', 1, z.object({ loaf: z.string() }), { stream: ({ loaf }) => `loaf-${loaf}` });
const Bake = command('mill.bake-bread', 1, z.object({ loaf: z.string().min(1) }), { answers: [Baked] });
const Unheard = command('mill.call-nobody', 1, z.object({}), { answers: [Baked] });

const insertLoaf = statement('insert-loaf', `INSERT INTO loaf (name) SELECT unnest($1::text[])`);
const insertShelf = statement('insert-shelf', `INSERT INTO shelf (name, position) SELECT unnest($1::text[]), unnest($2::int[])`);

/** Burns (throws for) loaves by name, as often as told. */
const burns = new Map<string, number>();
const burn = (loaf: string) => {
  const left = burns.get(loaf) ?? 0;
  if (left === 0) return;
  burns.set(loaf, left - 1);
  throw new Error(`${loaf} burnt`);
};

const bake = handle(Bake, {
  emits: [Baked],
  retry: ['1s'],
  async batch(commands, tx) {
    const loaves = commands.map(({ body }) => body.loaf);
    await insertLoaf(tx, loaves);
    loaves.forEach(burn);
    return loaves.map((loaf) => Baked({ loaf }));
  },
});
const shelve = handle(Baked, {
  emits: [],
  async batch(events, tx) {
    await insertShelf(tx, events.map(({ body }) => body.loaf), events.map(({ streamVersion }) => streamVersion));
  },
});
const order = handleRequests('order', {
  emits: [Bake, Unheard, Sold],
  async batch(inputs: readonly { loaf: string; unheard?: boolean; sold?: number }[]) {
    return inputs.map(({ loaf, unheard, sold = 0 }) => ({
      reply: { loaf, ticket: v7() },
      messages: [unheard ? Unheard({}) : Bake({ loaf }), ...Array.from({ length: sold }, () => Sold({ loaf }))],
    }));
  },
});

const mill = service({ name: 'mill', handlers: [bake, shelve], requests: [order] });
const tables = `CREATE TABLE loaf (name text); CREATE TABLE shelf (name text, position int)`;

let bed: Testbed;
beforeEach(async () => {
  burns.clear();
  bed = await testbed(mill, { tables });
});
afterEach(() => bed.stop());

const names = async (table: 'loaf' | 'shelf') =>
  (await bed.rows<{ name: string }>(`SELECT name FROM ${table} ORDER BY name`)).map(({ name }) => name);
const outboxIsEmpty = () =>
  eventually(async () => expect(await bed.rows(`SELECT type FROM messaging.outbox`)).toEqual([]));

test('a request becomes a command, its answer an event, and nothing is left over', async () => {
  const { endpoint } = await bed.start();
  await Promise.all(['rye', 'spelt', 'oat'].map((loaf) => endpoint.request(order, { loaf })));
  await eventually(async () => expect(await names('shelf')).toEqual(['oat', 'rye', 'spelt']));
  expect(await names('loaf')).toEqual(['oat', 'rye', 'spelt']);
  await outboxIsEmpty();
  expect(await bed.depth('mill.bake-bread')).toBe(0);
});

test("a stream's versions are counted from 1 without gaps, several in one batch too", async () => {
  const { endpoint } = await bed.start();
  await endpoint.request(order, { loaf: 'rye', sold: 3 });
  await endpoint.request(order, { loaf: 'rye', sold: 2 });
  await eventually(async () => expect(await names('shelf')).toEqual(['rye', 'rye']));
  expect(await bed.rows(`SELECT stream, version FROM messaging.stream`)).toEqual([{ stream: 'loaf-rye', version: 7 }]);
});

test('a duplicate has no effect, in the same batch or later, at this process or another', async () => {
  await bed.start();
  await bed.start();
  const wire = bed.wire(Bake({ loaf: 'rye' }));
  await bed.publish(wire, wire, wire);
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  await bed.publish(wire, bed.wire(Bake({ loaf: 'spelt' })));
  await eventually(async () => expect(await names('shelf')).toEqual(['rye', 'spelt']));
  expect(await names('loaf')).toEqual(['rye', 'spelt']);
});

test('a duplicate that its handler cannot stomach is no failure, and costs its neighbours nothing', async () => {
  await bed.rows(`CREATE UNIQUE INDEX ON loaf (name)`);
  await bed.start();
  const wire = bed.wire(Bake({ loaf: 'rye' }));
  await bed.publish(wire);
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  await bed.publish(wire, bed.wire(Bake({ loaf: 'oat' })), wire);
  await eventually(async () => expect(await names('shelf')).toEqual(['oat', 'rye']));
  expect(bed.logged.filter(({ message }) => message.includes('failed'))).toEqual([]);
});

test('a message that fails leaves its neighbours alone, is tried again later, and succeeds', async () => {
  burns.set('rye', 2); // in the batch, and alone
  await bed.publish(...['oat', 'rye', 'spelt'].map((loaf) => bed.wire(Bake({ loaf }))));
  await bed.start();
  await eventually(async () => expect(await names('loaf')).toEqual(['oat', 'spelt']));
  await eventually(async () => expect(await names('loaf')).toEqual(['oat', 'rye', 'spelt']));
  expect(bed.logged.filter(({ message }) => message.includes('tried again in 1s'))).toHaveLength(1);
});

test('a poison message ends in the dead letters, with the reason, and can be replayed', async () => {
  burns.set('rye', 4); // in the batch, alone, again after the tier, and alone
  await bed.publish(...['oat', 'rye'].map((loaf) => bed.wire(Bake({ loaf }))));
  await bed.start();
  const dead = await eventually(async () => {
    const message = await bed.get('mill.bake-bread.dead');
    if (!message) throw new Error('no dead letter yet');
    return message;
  });
  expect(dead.properties.headers).toMatchObject({
    attempt: 1,
    'dead-reason': 'retries-exhausted',
    'dead-error': 'Error: rye burnt',
    'dead-attempts': 2,
    'dead-service': 'mill',
    'dead-queue': 'mill.bake-bread',
    'dead-stack': expect.stringContaining('burn'),
    'dead-at': expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await names('loaf')).toEqual(['oat']);

  burns.clear();
  const replay = bed.wire(Bake({ loaf: 'rye' }));
  await bed.publish({ ...replay, properties: { ...replay.properties, messageId: String(dead.properties.messageId) } });
  await eventually(async () => expect(await names('loaf')).toEqual(['oat', 'rye']));
});

test('a message that breaks its contract is dead-lettered at once; its neighbours are untouched', async () => {
  const broken = { ...bed.wire(Bake({ loaf: 'x' })), body: '{"loaf":""}' };
  const noJson = { ...bed.wire(Bake({ loaf: 'x' })), body: '{"loaf"' };
  await bed.publish(bed.wire(Bake({ loaf: 'oat' })), broken, noJson, bed.wire(Bake({ loaf: 'rye' })));
  await bed.start();
  await eventually(async () => expect(await names('shelf')).toEqual(['oat', 'rye']));
  await eventually(async () => expect(await bed.depth('mill.bake-bread.dead')).toBe(2));
  const dead = await bed.get('mill.bake-bread.dead');
  expect(dead && dead.properties.headers).toMatchObject({
    'dead-reason': 'contract-violation',
    'dead-error': expect.stringContaining('loaf: '),
  });
});

test('losing every database connection costs nothing', async () => {
  const { endpoint } = await bed.start();
  const kill = () => bed.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mill'`);
  const loaves = Array.from({ length: 400 }, (_, index) => `loaf-${String(index).padStart(3, '0')}`);
  const replies = loaves.map((loaf, index) =>
    (index % 100 === 0 ? kill() : Promise.resolve()).then(() => endpoint.request(order, { loaf }, { idempotencyKey: loaf })),
  );
  await Promise.all(replies);
  await eventually(async () => expect(await names('shelf')).toEqual(loaves));
  expect(await names('loaf')).toEqual(loaves);
  await outboxIsEmpty();
});

test('what was committed while the broker was away goes out when it is back', async () => {
  const { endpoint } = await bed.start();
  await closeConnections(bed);
  const loaves = Array.from({ length: 50 }, (_, index) => `loaf-${String(index).padStart(2, '0')}`);
  await Promise.all(loaves.map((loaf) => endpoint.request(order, { loaf })));
  await eventually(async () => expect(await names('shelf')).toEqual(loaves), { timeoutMs: 25_000 });
  await outboxIsEmpty();
});

test('a crashed process’s outbox is sent by the next one', async () => {
  const { endpoint, stop } = await bed.start();
  await endpoint.request(order, { loaf: 'oat' });
  await eventually(async () => expect(await names('shelf')).toEqual(['oat']));
  await stop();
  const left = bed.wire(Bake({ loaf: 'rye' }));
  await bed.rows(
    `INSERT INTO messaging.outbox (id, exchange, routing_key, type, body, correlation_id, headers, sent_at, mandatory, created_at)
     VALUES ($1, $2, $3, $4, $5, 'c', '{"attempt":1}', 0, true, now() - interval '1 minute')`,
    [left.properties.messageId, left.exchange, left.routingKey, left.properties.type, left.body],
  );
  await bed.start();
  await eventually(async () => expect(await names('shelf')).toEqual(['oat', 'rye']));
  await outboxIsEmpty();
});

test('a command no queue takes stays in the outbox, is reported, and arrives once there is one', async () => {
  const { endpoint } = await bed.start();
  await endpoint.request(order, { loaf: 'rye', unheard: true });
  await eventually(() => expect(bed.logged.map(({ message }) => message)).toContainEqual(expect.stringContaining('returned')));
  expect(await bed.rows(`SELECT type FROM messaging.outbox`)).toEqual([{ type: 'mill.call-nobody' }]);
  await bed.channel.assertQueue('nobody', { arguments: { 'x-queue-type': 'quorum' } });
  await bed.channel.bindQueue('nobody', 'business.commands', 'mill.call-nobody');
  await eventually(async () => expect(await bed.depth('nobody')).toBe(1));
  await outboxIsEmpty();
});

test('the same idempotency key gets the same reply, even at once; another request under it is refused', async () => {
  const { endpoint } = await bed.start();
  const other = await bed.start();
  const ask = (at: typeof endpoint, loaf: string) => at.request(order, { loaf }, { idempotencyKey: 'k1' });
  const replies = await Promise.all([ask(endpoint, 'rye'), ask(endpoint, 'rye'), ask(other.endpoint, 'rye')]);
  replies.push(await ask(endpoint, 'rye'));
  expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  await expect(ask(endpoint, 'spelt')).rejects.toThrow(IdempotencyKeyReused);
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  expect(await names('loaf')).toEqual(['rye']);
});

test('a message that keeps killing its consumer is dead-lettered before it is handled again', async () => {
  const wire = bed.wire(Bake({ loaf: 'rye' }));
  await bed.publish(wire);
  await crashWhileHolding(bed, 'mill.bake-bread', 2);
  await bed.rows(`INSERT INTO messaging.attempt (message_id, consumer, attempts) VALUES ($1, 'bake-bread', 3)`, [wire.properties.messageId]);
  await bed.start();
  await eventually(async () => expect(await bed.depth('mill.bake-bread.dead')).toBe(1));
  expect((await bed.get('mill.bake-bread.dead') || undefined)?.properties.headers).toMatchObject({ 'dead-reason': 'crashed-consumer' });
  expect(await names('loaf')).toEqual([]);
  // Whoever replays it gives it all its attempts again.
  await eventually(async () => expect(await bed.rows(`SELECT * FROM messaging.attempt`)).toEqual([]));
});

test('a message over which a process died, and that fails by itself then, is handled when it comes again; its attempts are forgotten', async () => {
  burns.set('rye', 1);
  const wire = bed.wire(Bake({ loaf: 'rye' }));
  await bed.publish(wire);
  await crashWhileHolding(bed, 'mill.bake-bread', 3);
  await bed.rows(`INSERT INTO messaging.attempt (message_id, consumer, attempts) VALUES ($1, 'bake-bread', 1)`, [wire.properties.messageId]);
  await bed.start();
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  expect(await bed.rows(`SELECT * FROM messaging.attempt`)).toEqual([]);
});

test('a message that was redelivered often but is innocent is handled, and its attempts forgotten', async () => {
  await bed.publish(bed.wire(Bake({ loaf: 'rye' })));
  await crashWhileHolding(bed, 'mill.bake-bread', 3);
  await bed.start();
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  expect(await bed.rows(`SELECT * FROM messaging.attempt`)).toEqual([]);
});

test('draining finishes what came, takes nothing more, and leaves nothing unacknowledged', async () => {
  const { endpoint, stop } = await bed.start();
  const loaves = Array.from({ length: 300 }, (_, index) => `loaf-${String(index).padStart(3, '0')}`);
  await bed.publish(...loaves.map((loaf) => bed.wire(Bake({ loaf }))));
  await stop();
  await expect(endpoint.request(order, { loaf: 'late' })).rejects.toThrow(EndpointUnavailable);
  const done = await names('loaf');
  expect(done.length + (await bed.depth('mill.bake-bread'))).toBe(loaves.length);
  expect(await bed.rows(`SELECT type FROM messaging.outbox`)).toEqual([]);
  await bed.start();
  await eventually(async () => expect(await names('shelf')).toEqual(loaves));
  expect(await names('loaf')).toEqual(loaves);
});

test('readiness tells what is missing', async () => {
  const { endpoint, stop } = await bed.start();
  expect(await endpoint.readiness()).toEqual({ ready: true, broker: true, database: true, missingConsumers: [] });
  await stop();
  expect(await endpoint.readiness()).toMatchObject({ ready: false, broker: false, missingConsumers: ['mill.bake-bread', 'mill.bread-baked'] });
});

test('the horizon moves on when the queue is empty, and stands still before what waits', async () => {
  const { endpoint } = await bed.start();
  const before = Date.now();
  expect((await endpoint.horizon(bake)).getTime()).toBeGreaterThanOrEqual(before);
  await endpoint.request(order, { loaf: 'rye' });
  await eventually(async () => expect(await names('shelf')).toEqual(['rye']));
  expect((await endpoint.horizon(bake)).getTime()).toBeGreaterThan(before);
});

/** As an operator would: by the management API. */
async function closeConnections({ vhost }: Testbed): Promise<void> {
  const { username, password, origin } = new URL(vhost.managementUrl);
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  await eventually(async () => {
    const listed = await fetch(`${origin}/api/vhosts/${vhost.name}/connections`, { headers });
    const connections = ((await listed.json()) as { name: string; user: string }[]).filter(({ user }) => user === 'mill');
    expect(connections.length).toBeGreaterThanOrEqual(2);
    for (const { name } of connections)
      await fetch(`${origin}/api/connections/${encodeURIComponent(name)}`, { method: 'DELETE', headers });
  });
}

/** Takes a message and closes the channel with it, some times over: what the broker counts as failed deliveries. */
async function crashWhileHolding({ vhost }: Testbed, queue: string, times: number): Promise<void> {
  const { connect } = await import('amqplib');
  const connection = await connect(vhost.url);
  for (let time = 0; time < times; time++) {
    const channel = await connection.createChannel();
    await new Promise<void>((resolve) => void channel.consume(queue, () => resolve()));
    await channel.close();
  }
  await connection.close();
}
