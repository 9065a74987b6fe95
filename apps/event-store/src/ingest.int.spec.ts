import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { eventStoreUnderTest, Filled, Opened, type EventStoreUnderTest } from './event-store-under-test';

let log: EventStoreUnderTest;
beforeAll(async () => {
  log = await eventStoreUnderTest();
});
afterAll(() => log?.stop());

test('an event is kept once, with all it came with', async () => {
  const [jar, id, correlationId] = [uuidv7(), uuidv7(), uuidv7()];
  const spoken = { id, correlationId, causationId: 'because', stream: `jar-${jar}`, streamVersion: 1 };
  const [before] = [Date.now()];
  await log.say(Filled, { jar, n: 1 }, spoken);
  await log.say(Filled, { jar, n: 1 }, spoken);
  await log.tell(jar, 2);
  await log.settled(jar, '1:1', '2:2');
  const [kept] = await log.items<Record<string, unknown>>(`/streams/jar-${jar}`);
  expect(kept).toMatchObject({
    id,
    type: 'cellar.jar-filled',
    schemaVersion: 1,
    stream: `jar-${jar}`,
    version: 1,
    data: { jar, n: 1 },
    metadata: { correlationId, causationId: 'because', flow: 'preserving', source: 'probe' },
  });
  expect(new Date(String(kept?.['occurredAt'])).getTime()).toBeGreaterThanOrEqual(before);
});

test('versions that come in any order, twice and many at a time are kept in theirs', async () => {
  const jars = [uuidv7(), uuidv7(), uuidv7()];
  const events = jars.flatMap((jar) => Array.from({ length: 20 }, (_, index) => ({ jar, n: index + 1, id: uuidv7() })));
  const shuffled = [...events, ...events].sort(() => Math.random() - 0.5);
  await Promise.all(shuffled.map(({ jar, n, id }) => log.tell(jar, n, { id })));
  for (const jar of jars) await log.settled(jar, ...Array.from({ length: 20 }, (_, index) => `${index + 1}:${index + 1}`));
  expect(await log.items(`/held?stream=jar-${jars[0]}`)).toEqual([]);
  expect(await log.items(`/quarantine?stream=jar-${jars[0]}`)).toEqual([]);
});

test('what follows a gap is held, told when it takes too long, and kept once the gap is filled', async () => {
  const jar = uuidv7();
  await log.tell(jar, 1);
  await log.tell(jar, 4);
  await log.tell(jar, 3);
  await eventually(async () => expect((await log.items<{ version: number }>(`/held?stream=jar-${jar}`)).map(({ version }) => version)).toEqual([3, 4]));
  await log.settled(jar, '1:1');
  await eventually(async () =>
    expect(await log.items('/gaps')).toContainEqual(expect.objectContaining({ stream: `jar-${jar}`, from: 2, to: 2, held: 2, overdue: true })),
  );
  await eventually(async () => expect((await log.get('/metrics')).payload).toMatch(/event_log_overdue_gaps\{[^}]*\} 1\n/));
  expect((await log.get('/head')).json()).toMatchObject({ held: 2, overdueGaps: [`jar-${jar}`] });
  await log.tell(jar, 2);
  await log.settled(jar, '1:1', '2:2', '3:3', '4:4');
  expect(await log.items(`/held?stream=jar-${jar}`)).toEqual([]);
  await eventually(async () => expect((await log.get('/metrics')).payload).toMatch(/event_log_overdue_gaps\{[^}]*\} 0\n/));
});

test('a second event at a taken version is quarantined, whether the first is kept, held, or comes with it', async () => {
  const jar = uuidv7();
  await log.tell(jar, 1);
  await log.settled(jar, '1:1');
  await log.tell(jar, 1, { as: 11 });
  await log.tell(jar, 3);
  await eventually(async () => expect(await log.items(`/held?stream=jar-${jar}`)).toHaveLength(1));
  const rival = uuidv7();
  await log.tell(jar, 3, { as: 33, id: rival });
  await eventually(async () => expect(await log.items(`/quarantine?stream=jar-${jar}`)).toHaveLength(2));
  await log.tell(jar, 2);
  await log.settled(jar, '1:1', '2:2', '3:3');
  const [latest] = await log.items<object>(`/quarantine?stream=jar-${jar}`);
  expect(latest).toMatchObject({ eventId: rival, reason: 'version-taken', stream: `jar-${jar}`, version: 3, data: { jar, n: 33 } });
});

test('an event without a place that a person dismissed is listed apart and counted no more, also when it comes again', async () => {
  const [jar, id] = [uuidv7(), uuidv7()];
  await log.tell(jar, 1);
  await log.settled(jar, '1:1');
  const come = () => log.tell(jar, 1, { id, as: 9 });
  await come();
  type Row = { number: number; dismissedBy: string | null };
  const listed = (more = '') => log.items<Row>(`/quarantine?stream=jar-${jar}${more}`);
  const counted = async () => (await log.get('/head')).json<{ quarantined: number }>().quarantined;
  await eventually(async () => expect(await listed()).toMatchObject([{ dismissedBy: null }]));
  const [{ number } = { number: 0 }] = await listed();
  const before = await counted();
  const dismiss = (actor: string) => log.send('POST', `/quarantine/${number}/dismiss`, { actor, reason: 'sent by hand' });
  expect((await dismiss('ada')).json()).toMatchObject({ number, dismissedBy: 'ada', dismissedBecause: 'sent by hand' });
  expect((await dismiss('bob')).json()).toMatchObject({ dismissedBy: 'ada' });
  await come();
  await log.tell(jar, 2);
  await log.settled(jar, '1:1', '2:2');
  expect(await listed()).toEqual([]);
  expect(await listed('&dismissed=true')).toMatchObject([{ number, dismissedBy: 'ada' }]);
  expect(await counted()).toBe(before - 1);
  expect((await log.send('POST', '/quarantine/999999/dismiss', { actor: 'ada', reason: 'gone' })).statusCode).toBe(404);
  expect((await log.send('POST', `/quarantine/${number}/dismiss`, { actor: 'ada' })).statusCode).toBe(400);
});

test('an id that comes again somewhere else is quarantined', async () => {
  const [jar, other, id] = [uuidv7(), uuidv7(), uuidv7()];
  await log.tell(jar, 1, { id });
  await log.settled(jar, '1:1');
  // As an inbox does that has forgotten it.
  await withAdmin((query) => query(`DELETE FROM messaging.inbox`));
  await log.tell(other, 1, { id });
  await eventually(async () =>
    expect(await log.items(`/quarantine?stream=jar-${other}`)).toEqual([expect.objectContaining({ reason: 'id-taken', eventId: id })]),
  );
  await log.tell(jar, 1, { id });
  await log.tell(jar, 2);
  await log.settled(jar, '1:1', '2:2');
  expect(await log.items(`/quarantine?stream=jar-${jar}`)).toEqual([]);
});

test('an event its owner does not count is kept in a stream of its own', async () => {
  const [jar, id] = [uuidv7(), uuidv7()];
  await log.say(Opened, { jar, n: 7 }, { id });
  await eventually(async () => expect(await log.items(`/streams/event-${id}`)).toMatchObject([{ id, version: 1, data: { jar, n: 7 } }]));
});

test('a gap that people give up is closed, and what comes after all is quarantined', async () => {
  const jar = uuidv7();
  await log.tell(jar, 3);
  await eventually(async () => expect(await log.items(`/held?stream=jar-${jar}`)).toHaveLength(1));
  const close = () => log.send('POST', `/gaps/jar-${jar}/close`, { reason: 'lost in the move', actor: 'ada' });
  expect((await close()).json()).toEqual({ stream: `jar-${jar}`, missing: { from: 1, to: 2 } });
  const kept = await log.items<object>(`/streams/jar-${jar}`);
  expect(kept).toMatchObject([
    { type: 'event-store.event-missing', data: { version: 1, reason: 'lost in the move' }, metadata: { actor: 'ada' } },
    { type: 'event-store.event-missing', version: 2 },
    { type: 'cellar.jar-filled', version: 3 },
  ]);
  expect((await close()).statusCode).toBe(409);
  await log.tell(jar, 2);
  await eventually(async () => expect(await log.items(`/quarantine?stream=jar-${jar}`)).toHaveLength(1));
});

async function withAdmin(work: (query: (sql: string) => Promise<unknown>) => Promise<unknown>): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: log.database.adminUrl });
  await client.connect();
  try {
    await work((sql) => client.query(sql));
  } finally {
    await client.end();
  }
}
