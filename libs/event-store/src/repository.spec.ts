import { event } from '@comptoir/contracts';
import { RetryNow, virtualClock } from '@comptoir/messaging';
import { inMemoryUnitOfWork, message } from '@comptoir/messaging/testing';
import type { InMemoryTransaction } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { aggregate, causedBy, ConcurrencyConflict, eventTypes, repository, upcasting } from './index';
import type { EventStore } from './index';
import { giftCard, Issued, issue, redeem, Redeemed } from './readme.example';
import { inMemoryEventStore } from './testing';

const cardId = uuidv7();
const often = { ...giftCard, snapshotEvery: 3 };
const clock = virtualClock();
const { run } = inMemoryUnitOfWork({ clock });
let store: EventStore<InMemoryTransaction>;
let id: string;

beforeEach(() => {
  store = inMemoryEventStore({ clock });
  id = uuidv7();
});

const cards = (definition = often) => repository(definition, store);
const handle = (...[decide, options]: [Parameters<ReturnType<typeof cards>['handle']>[2], object?]) =>
  run((tx) => cards().handle(tx, id, decide, options));
const load = (asOf?: object, definition = often) => run((tx) => cards(definition).load(tx, id, asOf));
/** Issues 1000 and redeems 10, 20, 30, ...: `count` events, a second apart. */
const history = async (count: number) => {
  for (let n = 0; n < count; n += 1) {
    await handle(n === 0 ? issue(id, 1_000) : redeem(id, n * 10));
    await clock.advance(1_000);
  }
};

/** What was read from streams by `work`: the first versions. */
const readFrom = async (work: () => Promise<unknown>) => {
  const from: (number | undefined)[] = [];
  const { readStream } = store;
  store = { ...store, readStream: (tx, stream, options) => (from.push(options?.from), readStream(tx, stream, options)) };
  await work();
  store = { ...store, readStream };
  return from;
};

describe('an aggregate', () => {
  it('is in its initial state before anything has happened', async () => {
    expect(await load()).toEqual({ id, version: 0, state: giftCard.initial });
  });

  it('handles a command: what it decides has happened', async () => {
    const handled = await handle(issue(id, 500));
    expect(handled).toMatchObject({ id, version: 1, state: { status: 'valid', balance: 500 } });
    expect(handled.events).toEqual(await run((tx) => store.readStream(tx, `gift-card-${id}`)));
    expect(handled.events).toMatchObject([{ type: 'gift-cards.issued', data: { cardId: id, amount: 500 } }]);
    expect(await load()).toEqual({ id, version: 1, state: { status: 'valid', balance: 500 } });
  });

  it('stays as it is where a command decides nothing, or fails', async () => {
    await history(2);
    expect(await handle(() => [])).toEqual({ id, version: 2, state: { status: 'valid', balance: 990 }, events: [] });
    await expect(handle(issue(id, 1))).rejects.toThrow('issued once');
    expect(await load()).toMatchObject({ version: 2 });
  });

  it('may decide on several events', async () => {
    const both = () => [Issued({ cardId: id, amount: 9 }), Redeemed({ cardId: id, amount: 4 })];
    expect(await handle(both)).toMatchObject({ version: 2, state: { balance: 5 } });
  });

  it('is handled at the expected version only', async () => {
    await history(2);
    await expect(handle(redeem(id, 1), { expected: 1 })).rejects.toMatchObject({
      code: 'concurrency-conflict',
      data: { stream: `gift-card-${id}`, expected: 1, actual: 2 },
    });
    await expect(handle(redeem(id, 1), { expected: 'no-stream' })).rejects.toBeInstanceOf(ConcurrencyConflict);
    expect(await handle(redeem(id, 1), { expected: 2 })).toMatchObject({ version: 3 });
  });

  it('is to be tried again where somebody appended since it was loaded', async () => {
    await history(1);
    const racing = run((tx) =>
      repository(often, {
        ...store,
        // Another's append, between the load and the append.
        append: async (...args) => {
          await store.append(tx, `gift-card-${id}`, [{ type: 'gift-cards.redeemed', data: { cardId: id, amount: 1 } }], 1);
          return store.append(...args);
        },
      }).handle(tx, id, redeem(id, 1_000)),
    );
    await expect(racing).rejects.toBeInstanceOf(RetryNow);
  });

  it('decides on events of its own stream and its own types only', async () => {
    await expect(handle(issue(cardId, 1))).rejects.toMatchObject({ code: 'foreign-event', data: { belongs: `gift-card-${cardId}` } });
    const Stolen = event('gift-cards.stolen', 1, z.object({}), { stream: () => `gift-card-${id}` });
    await expect(handle(() => Stolen({}) as never)).rejects.toMatchObject({ code: 'foreign-event' });
  });

  it('keeps what its events were caused by, and by whom', async () => {
    const cause = message(Issued, { cardId, amount: 1 }, { correlationId: 'c', tenant: 't', traceparent: '00-1-2-01' });
    const { events } = await handle(issue(id, 1), { metadata: { ...causedBy(cause), actor: 'ada' } });
    expect(events[0]?.metadata).toEqual({
      correlationId: 'c', causationId: cause.id, tenant: 't', traceparent: '00-1-2-01', actor: 'ada',
    });
  });
});

describe('as it was', () => {
  it('is known by version', async () => {
    await history(5);
    const balances = await Promise.all([0, 1, 2, 3, 4, 5, 9].map((asOfVersion) => load({ asOfVersion })));
    expect(balances.map(({ version, state }) => [version, state.balance])).toEqual([
      [0, 0], [1, 1_000], [2, 990], [3, 970], [4, 940], [5, 900], [5, 900],
    ]);
  });

  it('is known by time, that moment included', async () => {
    const start = clock.now();
    await history(5);
    const at = async (ms: number) => (await load({ asOfTime: new Date(start + ms) })).version;
    expect(await Promise.all([-1, 0, 999, 1_000, 3_500, 9_999].map(at))).toEqual([0, 1, 1, 2, 4, 5]);
  });

  it('is known by both: whichever is earlier', async () => {
    const start = clock.now();
    await history(5);
    expect(await load({ asOfVersion: 4, asOfTime: new Date(start + 1_000) })).toMatchObject({ version: 2 });
  });
});

describe('snapshots', () => {
  const snapshot = () => run((tx) => store.readSnapshot(tx, `gift-card-${id}`, 'gift-card'));

  it('are taken every so many events, and read on from', async () => {
    await history(2);
    expect(await snapshot()).toBeUndefined();
    await handle(redeem(id, 20));
    expect(await snapshot()).toMatchObject({ version: 3, foldVersion: 1, state: { balance: 970 } });
    await handle(redeem(id, 30));
    expect(await snapshot()).toMatchObject({ version: 3 });
    expect(await readFrom(load)).toEqual([4]);
    expect(await load()).toMatchObject({ version: 4, state: { balance: 940 } });
  });

  it('are not used for what was before them', async () => {
    const start = clock.now();
    await history(5);
    expect(await readFrom(() => load({ asOfVersion: 2 }))).toEqual([1]);
    expect(await readFrom(() => load({ asOfVersion: 3 }))).toEqual([4]);
    expect(await readFrom(() => load({ asOfTime: new Date(start + 1_999) }))).toEqual([1]);
    expect(await readFrom(() => load({ asOfTime: new Date(start + 2_000) }))).toEqual([4]);
  });

  it('of other code are dropped, and replaced by the next command', async () => {
    await history(5);
    const changed = aggregate({ ...often, version: 2, evolve: (card) => ({ ...card, balance: card.balance + 1 }) });
    expect(await load({}, changed)).toMatchObject({ version: 5, state: { balance: 5 } });
    await run((tx) => cards(changed).handle(tx, id, () => Redeemed({ cardId: id, amount: 1 })));
    expect(await snapshot()).toMatchObject({ version: 6, foldVersion: 2, state: { balance: 6 } });
  });
});

it('reads events of older schema versions as the current ones', async () => {
  const Reloaded = event('gift-cards.reloaded', 2, z.object({ cardId: z.string(), amount: z.int() }), {
    stream: (body) => `wallet-${body.cardId}`,
  });
  const wallet = aggregate({
    name: 'wallet',
    events: eventTypes(upcasting(Reloaded, { 1: (old) => ({ ...(old as object), amount: (old as { pounds: number }).pounds * 100 }) })),
    initial: 0,
    evolve: (balance, { data }) => balance + data.amount,
  });
  await run((tx) => store.append(tx, `wallet-${id}`, [{ type: 'gift-cards.reloaded', data: { cardId: id, pounds: 3 } }], 'no-stream'));
  expect(await run((tx) => repository(wallet, store).load(tx, id))).toEqual({ id, version: 1, state: 300 });
});

test.each([
  ['version', { version: 0 }],
  ['number of events between snapshots', { snapshotEvery: 0 }],
])('an aggregate with no %s is refused at once', (_, wrong) => {
  expect(() => aggregate({ ...giftCard, ...wrong })).toThrow(TypeError);
});
