import { ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { pgPool } from '@comptoir/messaging';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { LogUnderTest } from './log-under-test';
import { Projections } from './projections/projections';
import { story } from './stories';
import { VIEWS } from './views';
import { views, ViewsModule } from './views.module';

let log: LogUnderTest;
let subject: ServiceUnderTest;
afterEach(async () => {
  await subject?.stop();
  await log?.drop();
});

async function startAs(roles: string): Promise<void> {
  log = await LogUnderTest.start();
  await log.append(...story({ end: 'completed' }).entries);
  subject = await serviceUnderTest(ViewsModule, views, { flow: ORDER_FULFILMENT, env: { LOG_DATABASE_URL: log.url, ROLES: roles } });
}
const get = async (url: string) => {
  const { statusCode, body } = await subject.send('GET', url);
  return { status: statusCode, body: JSON.parse(body) as { items: readonly object[] } };
};

it('without the role of a projector it serves what others project', async () => {
  await startAs('api');
  expect(await get('/customers/C-17850/orders')).toMatchObject({ status: 200, body: { items: [] } });
  expect(await get('/projections')).toMatchObject({ status: 200, body: { head: 2, items: VIEWS.map(({ name }) => ({ name, generations: [] })) } });
  const [pool, logPool] = [subject.database.url, log.url].map((connectionString) => pgPool({ connectionString, applicationName: 'other' }));
  if (!pool || !logPool) throw new TypeError('No pools');
  try {
    for (const { projector } of new Projections({ views: VIEWS, pool, log: logPool }).all) await projector.catchUp();
  } finally {
    await Promise.all([pool.end(), logPool.end()]);
  }
  expect(await get('/customers/C-17850/orders')).toMatchObject({ status: 200, body: { items: [{ status: 'COMPLETED' }] } });
});

it('without the role of an API it projects, and answers no queries', async () => {
  await startAs('projector');
  await eventually(async () =>
    expect((await get('/projections')).body.items).toMatchObject(VIEWS.map(({ name }) => ({ name, generations: [{ position: 2, behind: 0 }] }))),
  );
  for (const url of ['/customers/C-17850/orders', '/claims/search', '/claims/board', '/claims/stats', '/refunds', '/sales?by=store', '/outcomes', '/conversations'])
    expect([url, (await get(url)).status]).toEqual([url, 503]);
  expect((await get('/health/ready')).status).toBe(200);
});
