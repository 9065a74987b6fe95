import { Module } from '@nestjs/common';
import { postgresEventStore, postgresProjectionStore, Projector, type NewEvent } from '@comptoir/event-store';
import { pgPool, pgUnitOfWork, service, type SqlTransaction } from '@comptoir/messaging';
import { createHttpApp, encodeCursor, Metrics, SERVICE } from '@comptoir/platform';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { Client, type Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Roles } from '../projections/providers';
import { Reads, type Queries } from '../rows/reads';
import { ConversationController, CONVERSATION_MAP } from './conversation.controller';
import { conversationsView } from './conversations-view';
import { TEST_MAP } from './test-flows';

let database: FreshDatabase;
let pool: Pool;
let app: Awaited<ReturnType<typeof createHttpApp>>;
let run: <R>(work: (tx: SqlTransaction) => Promise<R>) => Promise<R>;
let projector: Projector<SqlTransaction>;

/** Reads that let something happen between one query and the next of an answer. */
class InterruptedReads extends Reads {
  meanwhile: (() => Promise<void>) | undefined;

  override atOneMoment<T>(ask: (moment: Queries) => Promise<T>): Promise<T> {
    return super.atOneMoment((moment) =>
      ask({
        query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
          const rows = await moment.query<Row>(text, values);
          const { meanwhile } = this;
          this.meanwhile = undefined;
          await meanwhile?.();
          return rows;
        },
      }),
    );
  }
}
let reads: InterruptedReads;

beforeAll(async () => {
  database = await freshDatabase('views-of-conversations', ['event_store', 'projection', 'conversations']);
  pool = pgPool({ connectionString: database.url, applicationName: 'conversations test' });
  run = pgUnitOfWork(pool).run;
  reads = new InterruptedReads({ url: database.url, size: 1 });
  @Module({
    controllers: [ConversationController],
    providers: [
      { provide: SERVICE, useValue: service({ name: 'views' }) },
      { provide: Metrics, useValue: new Metrics('views') },
      { provide: Reads, useValue: reads },
      { provide: CONVERSATION_MAP, useValue: TEST_MAP },
      { provide: Roles, useValue: new Roles(['api']) },
    ],
  })
  class Asking {}
  app = await createHttpApp(Asking);
  await app.init();
});
beforeEach(async () => {
  await asAdmin('TRUNCATE event_store.event, projection.generation, projection.parked, conversations.message, conversations.said, conversations.run; UPDATE event_store.head SET position = 0');
  projector = projectorOf();
});
afterAll(async () => {
  await app?.close();
  await Promise.all([pool.end(), reads.close()]);
  await database.drop();
});

const projectorOf = (batchSize = 7) =>
  new Projector<SqlTransaction>({
    projection: conversationsView(TEST_MAP),
    source: { head: () => run((tx) => postgresEventStore.head(tx)), readAll: (options) => run((tx) => postgresEventStore.readAll(tx, options)) },
    store: postgresProjectionStore,
    run,
    batchSize,
  });

async function asAdmin(sql: string): Promise<readonly Record<string, string>[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, string>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const MINUTE = 60_000;
/** What the log has of a conversation: one event a second, each caused by the one before, the last `ago`. */
async function logged(flow: string, types: readonly string[], { ago = 0, conversation = uuidv7() } = {}): Promise<{ conversation: string; ids: string[] }> {
  const ids = types.map(() => uuidv7());
  const last = Date.now() - ago;
  const appends = types.map((type, nth) => {
    const [source = ''] = type.split('.');
    const event: NewEvent = {
      id: ids[nth],
      type,
      data: { orderId: conversation, reason: `because of ${nth}` },
      metadata: { correlationId: conversation, causationId: ids[nth - 1], flow, source },
      occurredAt: new Date(last - (types.length - 1 - nth) * 1_000),
    };
    return { stream: `${type}-${conversation}-${nth}`, events: [event], expected: 'any' as const };
  });
  await run((tx) => postgresEventStore.appendAll(tx, appends));
  return { conversation, ids };
}

interface Item { readonly conversationId: string; readonly flow: string; readonly overdue: boolean; readonly expected: { service: string; overdue: boolean }[] }
const get = (url: string) => app.inject({ method: 'GET', url });
const list = async (query = '') => (await get(`/conversations${query}`)).json<{ items: Item[]; next: string | null }>();
const idsOf = ({ items }: { items: readonly Item[] }) => items.map(({ conversationId }) => conversationId);

const RESERVED = ['orders.order-placed', 'carts.cart-validated', 'inventory.stock-reserved'];
const COMPLETED = [...RESERVED, 'payments.payment-processed', 'orders.order-confirmed', 'inventory.stock-sold'];
const RETURNED = ['claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned'];

describe('a conversation', () => {
  it('that is orchestrated tells what happened, who said it because of what, and what comes next', async () => {
    const { conversation, ids } = await logged('order-fulfilment', RESERVED);
    await projector.catchUp();
    const answer = (await get(`/conversations/${conversation}`)).json<{ timeline: unknown[]; flows: { expected: { until: string }[] }[] }>();
    expect(answer).toMatchObject({
      conversationId: conversation,
      position: 3,
      flows: [
        {
          flow: 'order-fulfilment', messages: 3, ended: false, overdue: false,
          expected: [{ service: 'payments', part: 'process-payment', says: ['payments.payment-processed', 'payments.payment-declined'], because: ids[2], overdue: false }],
        },
      ],
      next: null,
    });
    expect(answer.timeline).toEqual(
      RESERVED.map((type, nth) => ({
        id: ids[nth], position: nth + 1, type, flow: 'order-fulfilment', at: expect.any(String) as string, by: type.split('.')[0],
        causedBy: ids[nth - 1] ?? null, stream: `${type}-${conversation}-${nth}`, version: 1, summary: `orderId: ${conversation}, reason: because of ${nth}`,
      })),
    );
  });

  it('that is choreographed is as visible', async () => {
    const { conversation } = await logged('refund', RETURNED);
    await projector.catchUp();
    expect((await get(`/conversations/${conversation}`)).json()).toMatchObject({
      flows: [{ flow: 'refund', ended: false, overdue: false, expected: [{ service: 'payments', says: ['payments.refund-issued', 'payments.refund-failed'] }] }],
    });
    await logged('refund', ['payments.refund-failed', 'inventory.return-reversed', 'payments.refund-hold-released'], { conversation });
    await projector.catchUp();
    expect((await get(`/conversations/${conversation}`)).json()).toMatchObject({ flows: [{ expected: [{ service: 'claims' }] }] });
    await logged('refund', ['claims.refund-failed'], { conversation });
    await projector.catchUp();
    expect((await get(`/conversations/${conversation}`)).json()).toMatchObject({ flows: [{ ended: true, expected: [], lateFrom: null }] });
  });

  it('is told as it was at one moment, whatever is projected between the queries for it', async () => {
    const { conversation } = await logged('refund', RETURNED);
    await projector.catchUp();
    const goesOn = (types: readonly string[]) => async () => {
      await logged('refund', types, { conversation });
      await projector.catchUp();
    };
    reads.meanwhile = goesOn(['payments.refund-issued']);
    expect((await get(`/conversations/${conversation}`)).json()).toMatchObject({
      position: 3, flows: [{ messages: 3, expected: [{ service: 'payments' }] }], timeline: RETURNED.map((type) => ({ type })),
    });
    reads.meanwhile = goesOn(['claims.claim-settled']);
    expect(await list()).toMatchObject({ items: [{ conversationId: conversation, messages: 4, ended: false }] });
    expect((await get(`/conversations/${conversation}`)).json()).toMatchObject({ position: 5, flows: [{ messages: 5, ended: true }] });
  });

  it('that is overdue says who keeps it waiting, and who must have been asked', async () => {
    const { conversation } = await logged('refund', RETURNED, { ago: 11 * MINUTE });
    await projector.catchUp();
    const answer = (await get(`/conversations/${conversation}`)).json<{ flows: { overdue: boolean; expected: { part: string; overdue: boolean }[] }[] }>();
    expect(answer.flows[0]).toMatchObject({ overdue: true });
    expect(answer.flows[0]?.expected.map(({ part, overdue }) => `${part} ${overdue}`).sort()).toEqual(['close-refund true', 'stock-returned true']);
  });

  it('that is of two flows has both', async () => {
    const { conversation } = await logged('order-fulfilment', COMPLETED);
    await logged('refund', RETURNED, { conversation });
    await projector.catchUp();
    expect((await get(`/conversations/${conversation}`)).json<{ flows: { flow: string; ended: boolean }[] }>().flows.map(({ flow, ended }) => [flow, ended])).toEqual([
      ['order-fulfilment', true],
      ['refund', false],
    ]);
    expect(idsOf(await list())).toEqual([conversation, conversation]);
  });

  it('is read page by page, and a cause stands before its effect whatever their clocks and their places in the log', async () => {
    const { conversation } = await logged('order-fulfilment', COMPLETED);
    const [late, early] = [uuidv7(), uuidv7()];
    const event = (id: string, causationId: string | undefined, ms: number): NewEvent => ({
      id, type: 'orders.order-placed', data: {}, metadata: { correlationId: 'skewed', causationId, flow: 'order-fulfilment' }, occurredAt: new Date(ms),
    });
    await run((tx) => postgresEventStore.appendAll(tx, [{ stream: 'x', events: [event(late, early, 1_000)], expected: 'any' }, { stream: 'y', events: [event(early, undefined, 2_000)], expected: 'any' }]));
    await projector.catchUp();
    type Page = { timeline: { id: string; position: number }[]; next: string | null };
    const first = (await get(`/conversations/${conversation}?limit=4`)).json<Page>();
    const rest = (await get(`/conversations/${conversation}?limit=4&after=${first.next}`)).json<Page>();
    expect([...first.timeline, ...rest.timeline].map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rest.next).toBeNull();
    expect((await get('/conversations/skewed')).json<Page>().timeline.map(({ id }) => id)).toEqual([early, late]);
  });

  it('costs the same however long it goes on', async () => {
    const { conversation } = await logged('order-fulfilment', [...RESERVED, ...Array<string>(300).fill('inventory.stock-reserved')]);
    await projectorOf(50).catchUp();
    expect(await asAdmin('SELECT count(*) AS said, sum(times) AS times FROM conversations.said')).toEqual([{ said: '3', times: '303' }]);
    expect((await list()).items).toMatchObject([{ conversationId: conversation, messages: 303 }]);
  });
});

describe('the stuck ones', () => {
  it('are those that have not ended although something is overdue, the longest late first', async () => {
    const older = await logged('refund', RETURNED, { ago: 30 * MINUTE });
    const stuck = await logged('order-fulfilment', RESERVED, { ago: 5 * MINUTE });
    const under = await logged('order-fulfilment', RESERVED);
    const young = await logged('refund', RETURNED, { ago: 5 * MINUTE });
    await logged('order-fulfilment', COMPLETED, { ago: 60 * MINUTE });
    await projector.catchUp();
    const all = await list('?stuck=true');
    expect(all.items).toMatchObject([
      { conversationId: older.conversation, flow: 'refund', overdue: true, ended: false },
      { conversationId: stuck.conversation, flow: 'order-fulfilment', overdue: true, ended: false, expected: [{ service: 'payments', overdue: true }] },
    ]);
    expect(all.items).toHaveLength(2);
    expect(idsOf(await list('?stuck=true&flow=refund'))).toEqual([older.conversation]);
    expect(idsOf(await list('?flow=refund'))).toEqual([young.conversation, older.conversation]);
    expect(idsOf(await list())).toEqual(expect.arrayContaining([under.conversation]));
  });

  it('are stuck no more once they go on, or have ended', async () => {
    const { conversation } = await logged('order-fulfilment', RESERVED, { ago: 5 * MINUTE });
    await projector.catchUp();
    expect(idsOf(await list('?stuck=true'))).toEqual([conversation]);
    await logged('order-fulfilment', ['payments.payment-processed'], { conversation });
    await projector.catchUp();
    expect((await list('?stuck=true')).items).toEqual([]);
    await logged('order-fulfilment', ['orders.order-confirmed'], { conversation });
    await projector.catchUp();
    expect(await list()).toMatchObject({ items: [{ conversationId: conversation, ended: true, lateFrom: null, overdue: false }] });
  });

  it.each(['stuck=true', 'stuck=true&flow=order-fulfilment', 'flow=order-fulfilment', 'limit=100'])('and others come page by page: %s', async (query) => {
    for (let nth = 0; nth < 5; nth += 1) await logged('order-fulfilment', RESERVED, { ago: 5 * MINUTE + nth * 1_000 });
    await projector.catchUp();
    const whole = idsOf(await list(`?${query}`));
    const found: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: { items: Item[]; next: string | null } = await list(`?${query}&limit=2${after && `&after=${after}`}`.replace('limit=100&', ''));
      found.push(...idsOf(page));
      after = page.next;
    }
    expect([whole.length, found]).toEqual([5, whole]);
  });
});

describe('the view', () => {
  const digest = async () =>
    (await Promise.all(['message', 'said', 'run'].map((table) => asAdmin(`SELECT generation, md5(string_agg((to_jsonb(t) - 'generation')::text, ',' ORDER BY to_jsonb(t)::text)) AS hash FROM conversations.${table} t GROUP BY generation`)))).map(
      (rows) => rows.map(({ generation, hash }) => [Number(generation), hash] as const),
    );

  it('is the same when it is built anew in batches of another size, and serves meanwhile', async () => {
    for (let nth = 0; nth < 10; nth += 1) await logged(nth % 2 ? 'refund' : 'order-fulfilment', nth % 2 ? RETURNED : COMPLETED);
    await projectorOf(3).catchUp();
    const before = await digest();
    const served = await list();
    const other = projectorOf(11);
    await other.rebuild();
    await other.step();
    expect(await list()).toEqual(served);
    await other.catchUp();
    expect(await list()).toEqual(served);
    expect((await digest()).flat().map(([, hash]) => hash)).toEqual(before.flat().map(([, hash]) => hash));
    expect((await digest()).flat().map(([generation]) => generation)).toEqual([2, 2, 2]);
  });

  it('takes whatever somebody appends from outside, and parks nothing', async () => {
    const strange: NewEvent[] = [
      { type: 'orders.order-placed', data: null },
      { type: 'orders.order-placed', data: [1], metadata: { correlationId: 'x'.repeat(5_000) } },
      { type: 'orders.order-placed', data: { a: '\u0000\ud800' }, metadata: { correlationId: 'odd', flow: 'order-fulfilment\u0007', source: '\u2028' } },
      { type: 'orders.order-placed', data: 'x'.repeat(100_000), metadata: { correlationId: 'odd', flow: '', causationId: 'nobody' } },
      { type: 'somebody.elses', data: {}, metadata: { correlationId: 'unknown' } },
    ];
    await run((tx) => postgresEventStore.append(tx, 'strange', strange, 'any'));
    await projector.catchUp();
    expect(await run((tx) => postgresProjectionStore.parked(tx, 'conversations'))).toEqual([]);
    expect((await list()).items).toMatchObject([{ conversationId: 'odd', flow: 'none', messages: 2 }]);
    expect((await get('/conversations/odd')).json<{ timeline: object[] }>().timeline).toHaveLength(2);
  });
});

const cursorOf = (place: object) => encodeCursor(JSON.stringify({ order: 'latest', flow: 'refund', ...place }));

it.each([
  ['/conversations/nobody-ever-said', 404],
  [`/conversations/${'x'.repeat(201)}`, 400],
  ['/conversations/%00', 400],
  ['/conversations/x?after=eA', 400],
  ['/conversations?stuck=perhaps', 400],
  ['/conversations?after=eA', 400],
  [`/conversations?after=${cursorOf({ at: '2026-11-20T12:00:00Z', conversation: '\0' })}`, 400],
  [`/conversations?after=${cursorOf({ at: '0000-01-01T00:00:00Z', conversation: 'x' })}`, 400],
  ['/conversations?flow=%0A', 400],
  ['/conversations?limit=0', 400],
])('GET %s is answered with %s', async (url, status) => {
  const answer = await get(url);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, expect.stringContaining('application/problem+json')]);
});

it('a cursor of another order is refused', async () => {
  for (let nth = 0; nth < 2; nth += 1) await logged('order-fulfilment', RESERVED, { ago: 5 * MINUTE });
  await projector.catchUp();
  const { next } = await list('?stuck=true&limit=1');
  expect((await get(`/conversations?limit=1&after=${next}`)).statusCode).toBe(400);
});
