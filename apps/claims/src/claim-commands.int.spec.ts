import { v7 as uuidv7 } from 'uuid';
import { ClaimsUnderTest } from './claims-under-test';

const test = new ClaimsUnderTest();
beforeAll(() => test.start());
afterAll(() => test.stop());

const problem = (code: string) => ({ type: `urn:comptoir:problem:${code}` });
const lines = [{ sku: 'TEAPOT', quantity: 1 }];
const assignedBy = (count: number, claimId: string, version: number | string) =>
  Promise.all(Array.from({ length: count }, (_, nth) => test.command(claimId, 'assign', version, { assignee: `person ${nth}` })));

it.each([
  ['assign', { assignee: 'ann' }],
  ['start-treatment', undefined],
  ['approve', { lines }],
  ['reject', { reason: 'no' }],
])('%s must say which version it is about, and of which claim', async (command, body) => {
  const { claimId } = await test.filed();
  const missing = await test.command(claimId, command, undefined, body);
  expect(missing.json()).toMatchObject({ status: 428, ...problem('if-match-required') });
  const stale = await test.command(claimId, command, 1, body);
  expect(stale.json()).toMatchObject({ status: 412, version: 2, ...problem('version-mismatch') });
  expect(stale.headers['etag']).toBe('"2"');
  expect((await test.command(claimId, command, 'three', body)).statusCode).toBe(400);
  expect((await test.command(claimId, command, 'W/"2"', body)).statusCode).toBe(412);
  expect((await test.command(uuidv7(), command, 2, body)).statusCode).toBe(404);
  expect((await test.command(uuidv7(), command, '*', body)).statusCode).toBe(404);
  expect((await test.read(claimId)).version).toBe(2);
});

it('of twenty people who decide on the same version one does, and the others learn where it is now', async () => {
  const { claimId, version } = await test.filed();
  const all = await assignedBy(20, claimId, version);
  expect(all.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  const late = all.filter(({ statusCode }) => statusCode === 412);
  expect(late.map((each) => each.json<{ version: number }>().version)).toEqual(Array<number>(19).fill(3));
  expect(await test.eventsOf(claimId)).toHaveLength(3);
});

it('twenty that take any version are done one after the other', async () => {
  const { claimId } = await test.filed();
  const all = await assignedBy(20, claimId, '*');
  expect(all.map(({ headers }) => headers['etag']).sort()).toEqual(Array.from({ length: 20 }, (_, nth) => `"${nth + 3}"`).sort());
});

it('a claim that is handed on hundreds of times is what its events say, now and then', async () => {
  const { claimId } = await test.filed();
  await assignedBy(250, claimId, '*');
  const history = await test.subject.send('GET', `/claims/${claimId}/events?limit=1000`);
  const { items } = history.json<{ items: { data: { assignee?: string } }[] }>();
  expect(items).toHaveLength(252);
  for (const version of [3, 99, 100, 101, 205, 252])
    expect(await test.read(claimId, `?asOfVersion=${version}`)).toMatchObject({ version, assignee: items[version - 1]?.data.assignee });
  expect(await test.read(claimId)).toMatchObject({ version: 252, assignee: items[251]?.data.assignee });
});

it('again under the same key is done once, and answered as before', async () => {
  const { claimId, version } = await test.treated(await test.filed());
  const key = { 'idempotency-key': uuidv7() };
  const first = await test.command(claimId, 'approve', version, { lines }, key);
  const again = await test.command(claimId, 'approve', version, { lines }, key);
  expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
  expect((await test.eventsOf(claimId)).filter(({ type }) => type === 'claims.refund-requested')).toHaveLength(1);
});

it('two approvals at once request one refund', async () => {
  const { claimId, version } = await test.treated(await test.filed());
  const both = await Promise.all([1, 2].map(() => test.command(claimId, 'approve', version, { lines })));
  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
  expect((await test.eventsOf(claimId)).filter(({ type }) => type === 'claims.refund-requested')).toHaveLength(1);
});

it('to the person who has it already: nothing happens', async () => {
  const { claimId, version } = await test.treated(await test.filed());
  expect(await test.done(claimId, 'assign', version, { assignee: 'ann' })).toMatchObject({ version, status: 'UNDER_TREATMENT' });
});

it.each([
  [409, 'wrong-status', 'before it is treated', false, { lines }],
  [422, 'refund-lines-refused', 'for what was not ordered', true, { lines: [{ sku: 'KETTLE', quantity: 1 }] }],
  [422, 'refund-lines-refused', 'for more than it cost', true, { lines: [{ sku: 'TEAPOT', quantity: 1, amount: 2_496 }] }],
  [400, 'validation-failed', 'for a SKU twice', true, { lines: [...lines, ...lines] }],
  [400, 'validation-failed', 'for a negative amount', true, { lines: [{ sku: 'TEAPOT', quantity: 1, amount: -1 }] }],
  [400, 'validation-failed', 'for an unsafe number', true, { lines: [{ sku: 'TEAPOT', quantity: 1e300 }] }],
])('approval is refused with %s %s %s', async (status, code, _, treat, body) => {
  const filed = await test.filed();
  const { claimId, version } = treat ? await test.treated(filed) : filed;
  expect((await test.command(claimId, 'approve', version, body)).json()).toMatchObject({ status, ...problem(code) });
  expect((await test.read(claimId)).version).toBe(version);
});
