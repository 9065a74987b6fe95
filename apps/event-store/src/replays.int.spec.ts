import { eventually } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { eventStoreUnderTest, LIVE_ONLY, Opened, REPLAYABLE, type EventStoreUnderTest } from './event-store-under-test';

let log: EventStoreUnderTest;
let replayable: EventStoreUnderTest['heard'];
let liveOnly: EventStoreUnderTest['heard'];
beforeAll(async () => {
  log = await eventStoreUnderTest();
  replayable = await log.listen(REPLAYABLE);
  liveOnly = await log.listen(LIVE_ONLY);
});
afterAll(() => log?.stop());

interface Replay {
  readonly replayId: string;
  readonly state: string;
  readonly sent: number;
}
const start = (body: object, headers?: Record<string, string>) => log.send('POST', '/replays', { queue: REPLAYABLE, ...body }, headers);
const completed = (replayId: string) =>
  eventually(async () => {
    const replay = (await log.get(`/replays/${replayId}`)).json<Replay>();
    expect(replay.state).toBe('completed');
    return replay;
  });
const heardIn = (replayId: string) => replayable.filter(({ headers }) => headers['replay-id'] === replayId);
const fill = async (jar: string, count: number) => {
  await Promise.all(Array.from({ length: count }, (_, index) => log.tell(jar, index + 1)));
  await eventually(async () => expect((await log.get(`/streams/jar-${jar}?direction=backwards&limit=1`)).json()).toMatchObject({ items: [{ version: count }] }));
};

test('a stream goes to the one queue that was named, as it was, in order, marked with the replay', async () => {
  const jar = uuidv7();
  await fill(jar, 3);
  await eventually(() => expect(liveOnly.filter(({ body }) => body['jar'] === jar)).toHaveLength(3));
  const answer = await start({ stream: `jar-${jar}`, after: 1 });
  expect(answer.statusCode).toBe(202);
  const { replayId } = answer.json<Replay>();
  expect(await completed(replayId)).toMatchObject({ sent: 2, queue: REPLAYABLE, stream: `jar-${jar}`, cursor: 3 });
  await eventually(() => expect(heardIn(replayId).map(({ body }) => body)).toEqual([{ jar, n: 2 }, { jar, n: 3 }]));
  const [live] = replayable.filter(({ body, headers }) => body['jar'] === jar && body['n'] === 2 && !headers['replay-id']);
  const [again] = heardIn(replayId);
  expect(again).toEqual({ ...live, routingKey: REPLAYABLE, headers: { ...live?.headers, 'replay-id': replayId } });
  await log.tell(jar, 4);
  await eventually(() => expect(liveOnly.filter(({ body }) => body['jar'] === jar)).toHaveLength(4));
  await eventually(async () => expect(await log.items(`/streams/jar-${jar}`)).toHaveLength(4));
});

test('types of a period are replayed, of any number of events', async () => {
  const jars = [uuidv7(), uuidv7()];
  const { position: after } = (await log.get('/head')).json<{ position: number }>();
  await Promise.all(jars.map((jar) => fill(jar, 260)));
  await log.tell(jars[0] as string, 261, { type: Opened });
  await eventually(async () => expect((await log.get('/head')).json()).toMatchObject({ position: after + 521 }));
  const { replayId } = (await start({ types: ['cellar.jar-filled'], after })).json<Replay>();
  await completed(replayId);
  await eventually(() => expect(heardIn(replayId)).toHaveLength(520));
  for (const jar of jars) {
    const numbers = heardIn(replayId).flatMap(({ body }) => (body['jar'] === jar ? [body['n']] : []));
    expect(numbers).toEqual(Array.from({ length: 260 }, (_, index) => index + 1));
  }
  const nothing = (await start({ types: ['cellar.jar-filled'], to: '2020-01-01T00:00:00Z' })).json<Replay>();
  expect(await completed(nothing.replayId)).toMatchObject({ sent: 0 });
});

test.each([LIVE_ONLY, 'pantry.nothing', 'event-store.ingest'])('%s takes no replays, and whoever asks is told', async (queue) => {
  const jar = uuidv7();
  await fill(jar, 1);
  const before = liveOnly.length;
  const refused = await start({ queue, stream: `jar-${jar}` });
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({ type: 'urn:comptoir:problem:queue-takes-no-replays', queue });
  expect((await log.get(`/replays/${refused.json<Replay>().replayId}`)).json()).toMatchObject({ state: 'refused', sent: 0 });
  expect(liveOnly.length).toBe(before);
});

test('a process that died in the middle is followed by another, from where it was', async () => {
  const jar = uuidv7();
  await fill(jar, 250);
  const replayId = uuidv7();
  const admin = new Client({ connectionString: log.database.adminUrl });
  await admin.connect();
  // As it leaves its row: a page is noted, the next one is in somebody's hands who is not there any more.
  await admin.query(
    `INSERT INTO event_log.replay (replay_id, queue, stream, cursor, up_to, sent, held_by, held_until)
     VALUES ($1, $2, $3, 200, 250, 200, $4, clock_timestamp() + interval '300 ms')`,
    [replayId, REPLAYABLE, `jar-${jar}`, uuidv7()],
  );
  await admin.end();
  expect(await completed(replayId)).toMatchObject({ sent: 250, cursor: 250 });
  await eventually(() => expect(heardIn(replayId).map(({ body }) => body['n'])).toEqual(Array.from({ length: 50 }, (_, n) => 201 + n)));
});

test('the same idempotency key starts one replay, a cancelled one sends no more, and all are listed', async () => {
  const jar = uuidv7();
  await fill(jar, 1);
  const key = { 'idempotency-key': jar };
  const [first, second] = [(await start({ stream: `jar-${jar}` }, key)).json<Replay>(), (await start({ stream: `jar-${jar}` }, key)).json<Replay>()];
  expect(second.replayId).toBe(first.replayId);
  await completed(first.replayId);
  expect(heardIn(first.replayId)).toHaveLength(1);
  const cancelled = await log.send('POST', `/replays/${first.replayId}/cancel`);
  expect(cancelled.json()).toMatchObject({ state: 'completed' });
  expect(await log.items<Replay>('/replays?state=completed&limit=1')).toMatchObject([{ replayId: first.replayId }]);
});

test('a stream that is not there is not replayed', async () => {
  expect((await start({ stream: `jar-${uuidv7()}` })).json()).toMatchObject({ status: 404, title: 'No such stream' });
});

test.each<[object]>([[{}], [{ queue: 'everybody', types: ['a.b'] }], [{ stream: 'a', types: ['a.b'] }], [{ types: [] }], [{ types: ['a\0'] }], [{ from: 'yesterday' }], [{ from: '0000-01-01T00:00:00Z' }]])(
  'a request like %j is refused',
  async (body) => {
    expect((await start(body)).statusCode).toBe(400);
  },
);
