import { eventually } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { eventStoreUnderTest, type EventStoreUnderTest } from './event-store-under-test';

let log: EventStoreUnderTest;
beforeAll(async () => {
  log = await eventStoreUnderTest();
});
afterAll(() => log?.stop());

const noted = (n: number, more: object = {}) => ({ type: 'notes.note-taken', data: { n }, ...more });
const append = (stream: string, body: object, headers: Record<string, string> = {}) =>
  log.send('POST', '/events', { stream, ...body }, { 'content-type': 'application/json', ...headers });
/** Many events at once, straight into the log's table. */
async function fill(stream: string, count: number): Promise<void> {
  const client = new Client({ connectionString: log.database.adminUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO event_store.event (position, stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
       SELECT h.position + n, $1, n, gen_random_uuid(), 'notes.note-copied', 1, json_build_object('n', n), '{"via": "rest"}', h.recorded_at, h.recorded_at
       FROM generate_series(1, $2::int) AS n, event_store.head h`,
      [stream, count],
    );
    await client.query('UPDATE event_store.head SET position = position + $1::int', [count]);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
const newStream = () => `note-${uuidv7()}`;
const LINES = { accept: 'application/x-ndjson' };
const lines = (payload: string) => payload.split('\n').slice(0, -1).map((line) => JSON.parse(line) as { position: number; version: number; type: string; data: { n: number } });

describe('POST /events', () => {
  it('appends at the expected version, and says where the stream is', async () => {
    const stream = newStream();
    const first = await append(stream, { expectedVersion: 'no-stream', events: [noted(1), noted(2)] });
    expect({ status: first.statusCode, etag: first.headers['etag'], body: first.json() }).toMatchObject({ status: 201, etag: '"2"', body: { version: 2, repeated: false } });
    expect((await append(stream, { expectedVersion: 2, events: [noted(3)] })).json()).toMatchObject({ version: 3 });
    expect((await append(stream, { events: [noted(4)] })).json()).toMatchObject({ version: 4 });
    expect(await log.items(`/streams/${stream}`)).toMatchObject([1, 2, 3, 4].map((n) => ({ version: n, data: { n }, metadata: { via: 'rest' } })));
  });

  it.each<[string, object, Record<string, string>, number]>([
    ['expectedVersion 1', { expectedVersion: 1 }, {}, 409],
    ['expectedVersion no-stream', { expectedVersion: 'no-stream' }, {}, 409],
    ['If-Match "3"', {}, { 'if-match': '"3"' }, 412],
    ['If-None-Match *', {}, { 'if-none-match': '*' }, 412],
  ])('refuses %s where the stream is at 2, and says so', async (_what, body, headers, status) => {
    const stream = newStream();
    await append(stream, { events: [noted(1), noted(2)] });
    const refused = await append(stream, { ...body, events: [noted(9)] }, headers);
    expect(refused.statusCode).toBe(status);
    expect(refused.json()).toMatchObject({ type: 'urn:comptoir:problem:concurrency-conflict', actual: 2 });
    expect(await log.items(`/streams/${stream}`)).toHaveLength(2);
  });

  it('lets one of many win who expect the same version', async () => {
    const stream = newStream();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => append(stream, { expectedVersion: 0, events: [noted(n)] })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array.from({ length: 29 }, () => 409)]);
    expect(await log.items(`/streams/${stream}`)).toHaveLength(1);
  });

  it('is harmless when repeated with the same ids, and refuses an id that is another event’s', async () => {
    const [stream, id] = [newStream(), uuidv7()];
    const once = await append(stream, { expectedVersion: 0, events: [noted(1, { id })] });
    const again = await append(stream, { expectedVersion: 0, events: [noted(1, { id })] });
    expect([once.statusCode, again.statusCode]).toEqual([201, 200]);
    expect(again.json()).toMatchObject({ version: 1, repeated: true });
    const elsewhere = await append(newStream(), { events: [noted(1, { id })] });
    expect({ status: elsewhere.statusCode, body: elsewhere.json() }).toMatchObject({ status: 409, body: { takenBy: { stream, version: 1 } } });
  });

  it('gives the same reply for the same idempotency key, also where events have no ids', async () => {
    const stream = newStream();
    const post = () => append(stream, { events: [noted(1)] }, { 'idempotency-key': `key-${stream}` });
    const [first, second] = [(await post()).json(), (await post()).json()];
    expect(second).toEqual(first);
    expect(await log.items(`/streams/${stream}`)).toHaveLength(1);
  });

  it('does not touch a stream that a service counts', async () => {
    const [jar, waiting] = [uuidv7(), uuidv7()];
    await log.tell(jar, 1);
    await log.tell(waiting, 2);
    await log.settled(jar, '1:1');
    await eventually(async () => expect(await log.items(`/held?stream=jar-${waiting}`)).toHaveLength(1));
    for (const each of [jar, waiting]) {
      const refused = await append(`jar-${each}`, { events: [noted(2)] });
      expect({ status: refused.statusCode, body: refused.json() }).toMatchObject({ status: 409, body: { owner: 'probe' } });
    }
  });

  it.each([
    ['an event in the name of a service', newStream(), 'payments.refund-issued', 'type-has-an-owner', 'payments'],
    ['an event in the log’s own name', newStream(), 'event-store.event-missing', 'type-has-an-owner', 'event-store'],
    ['the beginning of a stream that a service will publish', 'product-NEW', 'notes.note-taken', 'stream-has-an-owner', 'catalog'],
  ])('refuses %s', async (_, stream, type, code, owner) => {
    const refused = await append(stream, { events: [noted(1), { ...noted(2), type }] });
    expect({ status: refused.statusCode, body: refused.json() }).toMatchObject({ status: 409, body: { type: expect.stringContaining(code) as string, owner } });
    expect((await log.get(`/streams/${stream}`)).statusCode).toBe(404);
  });

  it('keeps what a service says later out of a stream that was begun from outside', async () => {
    const jar = uuidv7();
    await append(`jar-${jar}`, { events: [noted(1)] });
    await log.tell(jar, 2);
    await log.tell(jar, 1);
    await eventually(async () =>
      expect((await log.items<{ reason: string }>(`/quarantine?stream=jar-${jar}`)).map(({ reason }) => reason)).toEqual(['stream-taken', 'stream-taken']),
    );
    expect(await log.items(`/streams/jar-${jar}`)).toHaveLength(1);
  });

  it.each<[string, object, Record<string, string>]>([
    ['no events', { events: [] }, {}],
    ['a type without an owner', { events: [{ type: 'noted', data: 1 }] }, {}],
    ['no data', { events: [{ type: 'notes.note-taken' }] }, {}],
    ['an id that is none', { events: [noted(1, { id: '1' })] }, {}],
    ['one id twice', { events: [noted(1, { id: '01890000-0000-7000-8000-000000000001' }), noted(2, { id: '01890000-0000-7000-8000-000000000001' })] }, {}],
    ['a version that is none', { expectedVersion: -1, events: [noted(1)] }, {}],
    ['two expectations', { expectedVersion: 1, events: [noted(1)] }, { 'if-match': '"1"' }],
    ['a weak If-Match', { events: [noted(1)] }, { 'if-match': 'W/"1"' }],
    ['a version that no stream reaches', { events: [noted(1)] }, { 'if-match': '"9999999999"' }],
    ['a time before the calendar', { events: [noted(1, { occurredAt: '0000-01-01T00:00:00Z' })] }, {}],
    ['what is nested too deep to be read', { events: [{ type: 'notes.note-taken', data: JSON.parse('['.repeat(102) + ']'.repeat(102)) as unknown }] }, {}],
  ])('refuses %s', async (_what, body, headers) => {
    expect((await append(newStream(), body, headers)).statusCode).toBe(400);
  });
});

describe('reading', () => {
  const stream = newStream();
  let positions: number[];
  beforeAll(async () => {
    const type = (n: number) => ({ type: n % 3 === 0 ? 'notes.note-burnt' : 'notes.note-taken' });
    const events = Array.from({ length: 450 }, (_, index) => noted(index + 1, type(index + 1)));
    positions = (await append(stream, { events })).json<{ positions: number[] }>().positions;
  });

  it('gives a stream page by page, in both directions', async () => {
    type Page = { items: { version: number }[]; next: number | null };
    const page = async (query: string) => (await log.get(`/streams/${stream}?${query}`)).json<Page>();
    const first = await page('limit=200');
    expect([first.items.length, first.items[0]?.version, first.next]).toEqual([200, 1, 201]);
    const last = await page('limit=300&from=201');
    expect([last.items.length, last.next]).toEqual([250, null]);
    const back = await page('limit=2&direction=backwards');
    expect([back.items.map(({ version }) => version), back.next]).toEqual([[450, 449], 448]);
  });

  it('gives all of a stream as lines, in both directions, or as many as are asked for', async () => {
    const answer = await log.get(`/streams/${stream}`, LINES);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    expect(lines(answer.payload).map(({ version }) => version)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
    const back = lines((await log.get(`/streams/${stream}?direction=backwards`, LINES)).payload);
    expect(back.map(({ version }) => version)).toEqual(Array.from({ length: 450 }, (_, n) => 450 - n));
    expect(lines((await log.get(`/streams/${stream}?from=10&limit=401`, LINES)).payload)).toHaveLength(401);
  });

  it('gives any number of events as lines, over a connection whose other end is slow', async () => {
    const [count, big] = [20_000, newStream()];
    await fill(big, count);
    await log.app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await log.app.getUrl()}/streams/${big}`, { headers: LINES });
    let [text, lines] = ['', 0];
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (text + Buffer.from(chunk).toString()).split('\n');
      text = parts.pop() ?? '';
      for (const part of parts) expect((JSON.parse(part) as { version: number }).version).toBe(++lines);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([lines, text]).toEqual([count, '']);
  });

  it('gives events of types and a period by position', async () => {
    const after = (positions[0] as number) - 1;
    const burnt = lines((await log.get(`/events?type=notes.note-burnt&after=${after}`, LINES)).payload);
    expect(burnt.map(({ data }) => data.n)).toEqual(Array.from({ length: 150 }, (_, n) => 3 * (n + 1)));
    const page = (await log.get(`/events?type=notes.note-burnt,notes.note-taken&after=${after}&limit=5`)).json<{ items: { data: { n: number } }[]; next: number }>();
    expect([page.items.map(({ data }) => data.n), page.next]).toEqual([[1, 2, 3, 4, 5], positions[4]]);
    expect(lines((await log.get(`/events?after=${after}&to=2020-01-01T00:00:00Z`, LINES)).payload)).toEqual([]);
    expect(lines((await log.get(`/events?after=${after}&from=2020-01-01T00:00:00%2B02:00&limit=7`, LINES)).payload)).toHaveLength(7);
  });

  it('gives the state as of a version, and lists streams by prefix', async () => {
    expect((await log.get(`/streams/${stream}/state?asOfVersion=7`)).json()).toMatchObject({ version: 7, fold: 'merged', state: { n: 7 } });
    expect((await log.get(`/streams/${stream}/state?asOfTime=2020-01-01T00:00:00Z`)).statusCode).toBe(404);
    const listed = await log.items<{ stream: string; version: number }>(`/streams?prefix=${stream.slice(0, 20)}`);
    expect(listed).toContainEqual(expect.objectContaining({ stream, version: 450 }));
    const names: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: { items: { stream: string }[]; next: string | null } = (await log.get(`/streams?prefix=note-&limit=2${next ? `&after=${next}` : ''}`)).json();
      names.push(...page.items.map((each) => each.stream));
      next = page.next;
    }
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toContain(stream);
    expect(names.every((name) => name.startsWith('note-'))).toBe(true);
  });

  it.each([
    ['/streams/nothing', 404],
    ['/streams/nothing/state', 404],
    ['/streams/%00', 400],
    [`/streams/x?from=0`, 400],
    [`/streams/x/state?asOfVersion=1&asOfTime=2020-01-01T00:00:00Z`, 400],
    ['/events?limit=1001', 400],
    ['/events?from=yesterday', 400],
    ['/events?from=0000-01-01T00:00:00Z', 400],
    ['/events?to=9999-12-31T23:59:59-01:00', 400],
    ['/streams/x/state?asOfTime=0000-01-01T00:00:00Z', 400],
    ['/events?type=,', 400],
    ['/events?after=-1', 400],
    ['/held?after=nonsense!', 400],
    [`/held?after=${Buffer.from('x y').toString('base64url')}`, 400],
    [`/quarantine?after=${Buffer.from('x').toString('base64url')}`, 400],
    ['/gaps', 200],
    ['/head', 200],
  ])('GET %s is answered with %s', async (url, status) => {
    expect((await log.get(url)).statusCode).toBe(status);
  });

  it('describes itself', async () => {
    expect(Object.keys((await log.get('/docs-json')).json<{ paths: object }>().paths)).toEqual(
      expect.arrayContaining(['/events', '/streams', '/streams/{stream}', '/streams/{stream}/state', '/held', '/gaps', '/quarantine', '/head', '/replays']),
    );
  });

  it('describes every answer, and what it refers to', async () => {
    type Content = { content?: Record<string, { schema: { $ref?: string } }> };
    type Document = { paths: Record<string, Record<string, { responses: Record<string, Content> }>>; components: { schemas: object } };
    const { paths, components } = (await log.get('/docs-json')).json<Document>();
    const answers = Object.entries(paths)
      .filter(([path]) => !path.startsWith('/health'))
      .flatMap(([path, methods]) => Object.values(methods).flatMap(({ responses }) => Object.entries(responses).map(([status, one]) => ({ path, status, one }))));
    const schemas = answers.filter(({ status }) => /^2/.test(status)).map(({ path, one }) => ({ path, refs: Object.values(one.content ?? {}).map(({ schema }) => schema.$ref) }));
    expect(schemas.filter(({ refs }) => refs.length === 0)).toEqual([]);
    for (const ref of schemas.flatMap(({ refs }) => refs)) expect(Object.keys(components.schemas)).toContain(ref?.split('/').at(-1));
  });
});
