import { v7 as uuidv7 } from 'uuid';
import { Endings } from './endings';
import type { Ended } from './order';

const NOW = Date.UTC(2030, 0, 1);
const never = new AbortController().signal;
const placedAt = (at: number) => uuidv7({ msecs: at });
const completed = (orderId: string): Ended => ({ orderId, status: 'COMPLETED', reason: null, total: null });

/** Somebody who waits, with a clock that is set and a database that says what it is told. */
async function setting(options: { listening?: boolean } = {}) {
  const clock = { now: NOW };
  const inDatabase = new Map<string, Ended>();
  const reads: (readonly string[])[] = [];
  const endings = new Endings({
    now: () => clock.now,
    readEnded: async (orderIds) => {
      reads.push(orderIds);
      return orderIds.flatMap((orderId) => inDatabase.get(orderId) ?? []);
    },
  });
  if (options.listening !== false) await endings.listening();
  clock.now += 60_000;
  return { endings, clock, inDatabase, reads };
}

it('hears of an end that comes while waiting, without reading the database', async () => {
  const { endings, clock, reads } = await setting();
  const orderId = placedAt(clock.now);
  const waits = [endings.wait(orderId, 10_000, never), endings.wait(orderId, 10_000, never)];
  endings.ended([completed(placedAt(clock.now)), completed(orderId)]);
  expect(await Promise.all(waits)).toEqual([completed(orderId), completed(orderId)]);
  expect(reads).toEqual([]);
  expect(endings.waiting).toBe(0);
});

it('knows an end that came just before', async () => {
  const { endings, clock, reads } = await setting();
  const orderId = placedAt(clock.now);
  endings.ended([completed(orderId)]);
  expect(await endings.wait(orderId, 10_000, never)).toEqual(completed(orderId));
  expect(reads).toEqual([]);
});

it('is told that the time is up', async () => {
  const { endings, clock } = await setting();
  expect(await endings.wait(placedAt(clock.now), 5, never)).toBeUndefined();
  expect(endings.waiting).toBe(0);
});

it('looks up an order that may have ended before anybody listened', async () => {
  const { endings, clock, inDatabase, reads } = await setting();
  const [old, older] = [placedAt(clock.now - 3_600_000), placedAt(clock.now - 3_600_001)];
  inDatabase.set(old, completed(old));
  const open = endings.wait(older, 10_000, never);
  expect(await endings.wait(old, 10_000, never)).toEqual(completed(old));
  expect(reads).toEqual([[older], [old]]);
  endings.ended([completed(older)]);
  expect(await open).toEqual(completed(older));
});

it('forgets ends after a while, and reads them then', async () => {
  const { endings, clock, inDatabase, reads } = await setting();
  const orderId = placedAt(clock.now);
  inDatabase.set(orderId, completed(orderId));
  endings.ended([completed(orderId)]);
  clock.now += 10_001;
  endings.ended([completed(placedAt(clock.now))]);
  expect(await endings.wait(orderId, 10_000, never)).toEqual(completed(orderId));
  expect(reads).toEqual([[orderId]]);
});

it('looks up everybody who waits in one query when it listens again', async () => {
  const { endings, clock, inDatabase, reads } = await setting();
  const [one, two] = [placedAt(clock.now), placedAt(clock.now)];
  const waits = [endings.wait(one, 10_000, never), endings.wait(two, 10_000, never)];
  endings.notListening();
  inDatabase.set(one, completed(one)).set(two, completed(two));
  await endings.listening();
  expect(await Promise.all(waits)).toEqual([completed(one), completed(two)]);
  expect(reads).toEqual([[one, two]]);
});

it('looks up who comes while nobody listens', async () => {
  const { endings, clock, reads } = await setting({ listening: false });
  const orderId = placedAt(clock.now);
  const wait = endings.wait(orderId, 10_000, never);
  expect(reads).toEqual([[orderId]]);
  endings.close();
  expect(await wait).toBeUndefined();
});

it('drops one whose client has gone, and nobody else', async () => {
  const { endings, clock } = await setting();
  const [orderId, gone] = [placedAt(clock.now), new AbortController()];
  const left = endings.wait(orderId, 10_000, gone.signal);
  const stays = endings.wait(orderId, 10_000, never);
  gone.abort();
  expect(await left).toBeUndefined();
  expect(endings.waiting).toBe(1);
  endings.ended([completed(orderId)]);
  expect(await stays).toEqual(completed(orderId));
});

it('lets nobody wait once it is closed', async () => {
  const { endings, clock } = await setting();
  const wait = endings.wait(placedAt(clock.now), 10_000, never);
  endings.close();
  expect(await wait).toBeUndefined();
  expect(await endings.wait(placedAt(clock.now), 10_000, never)).toBeUndefined();
});

it('goes on waiting when the database cannot be read', async () => {
  const endings = new Endings({ readEnded: () => Promise.reject(new Error('away')) });
  const orderId = uuidv7();
  const wait = endings.wait(orderId, 10_000, never);
  await endings.listening();
  endings.ended([completed(orderId)]);
  expect(await wait).toEqual(completed(orderId));
});
