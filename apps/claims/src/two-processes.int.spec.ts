import { createHttpApp } from '@comptoir/platform';
import { eventually } from '@comptoir/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsModule } from './claims.module';
import { ClaimsUnderTest } from './claims-under-test';

/** The same service twice, on one database and one broker. */
const test = new ClaimsUnderTest();
let second: NestFastifyApplication;
beforeAll(async () => {
  await test.start();
  second = await createHttpApp(ClaimsModule);
  second.useLogger(false);
  await second.init();
});
afterAll(async () => {
  await second?.close();
  await test.stop();
});

const assign = (claimId: string, nth: number, version: string, headers: Record<string, string> = {}, assignee = `person ${nth}`) =>
  (nth % 2 === 0 ? test.subject.app : second).inject({
    method: 'POST',
    url: `/claims/${claimId}/assign`,
    headers: { 'if-match': version, ...headers },
    payload: { assignee },
  });

it('of those who decide on the same version in two processes one does', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { claimId } = await test.filed();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, nth) => assign(claimId, nth, '"2"')));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
    expect(await test.eventsOf(claimId)).toHaveLength(3);
  }
});

it('what two processes append to one claim is told under the versions it is kept with', async () => {
  const { claimId } = await test.filed();
  const answers = await Promise.all(Array.from({ length: 40 }, (_, nth) => assign(claimId, nth, '*')));
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  const stored = await test.eventsOf(claimId);
  expect(stored.map(({ version }) => version)).toEqual(Array.from({ length: 42 }, (_, index) => index + 1));
  await eventually(() => expect(test.heardOf(claimId)).toHaveLength(42));
  const told = new Map(test.heardOf(claimId).map(({ id, headers }) => [id, headers['stream-version']]));
  expect(stored.map(({ id }) => told.get(id))).toEqual(stored.map(({ version }) => version));
});

it('one key that comes to both is one request', async () => {
  const { claimId } = await test.filed();
  const key = { 'idempotency-key': uuidv7() };
  const answers = await Promise.all([0, 1, 2, 3].map((nth) => assign(claimId, nth, '"2"', key, 'ann')));
  expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(Array(4).fill([200, answers[0]?.body]));
  expect(await test.eventsOf(claimId)).toHaveLength(3);
});
