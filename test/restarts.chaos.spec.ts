import { eventually } from '@comptoir/testing';
import { load, type Load } from './harness/load';
import { SERVICES } from '../tools/services';
import { OwnServers, type Server } from './harness/own-servers';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

let servers: OwnServers | undefined;
const shop = useSystem(async () => {
  servers = await OwnServers.start();
  return { name: 'restarts', ground: await servers.provision(), only: SERVICES };
});
let orders: Load | undefined;
afterEach(() => orders?.stop());
afterAll(() => servers?.stop());

const OUTAGES: [string, readonly Server[]][] = [
  ['RabbitMQ', ['rabbitmq']],
  ['PostgreSQL', ['postgres']],
];
if (process.env['COMPTOIR_CHAOS'] === 'exhaustive')
  OUTAGES.push(['RabbitMQ and PostgreSQL at once', ['rabbitmq', 'postgres']]);

test.each(OUTAGES)(
  '%s is killed and comes back while orders are placed: each is placed once and ends, and all adds up',
  async (_names, killed) => {
    const { system } = shop();
    const before = await system.rows<{ id: string }>('orders', 'SELECT order_id AS id FROM orders.customer_order');
    orders = load(shop(), { atOnce: 12 });
    await eventually(() => expect(orders!.placed.length).toBeGreaterThan(20), { timeoutMs: 30_000 });
    await Promise.all(killed.map((server) => servers!.kill(server)));
    await servers!.up();
    const soFar = orders.placed.length;
    await eventually(() => expect(orders!.placed.length).toBeGreaterThan(soFar + 20), { timeoutMs: 60_000 });
    await orders.stop();

    await system.untilAllEnded(90_000);
    expect(await system.violations()).toEqual([]);
    expect(await miscounts(system)).toEqual([]);
    const kept = await system.rows<{ id: string }>(
      'orders',
      'SELECT order_id AS id FROM orders.customer_order ORDER BY order_id',
    );
    expect(kept.map(({ id }) => id)).toEqual([...before.map(({ id }) => id), ...orders.placed].sort());
  },
  240_000,
);
