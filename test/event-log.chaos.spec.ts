import { ORDER_SERVICES } from '../tools/services';
import { crashAll, type Doom } from './harness/fail-points';
import { load } from './harness/load';
import { untilAllIsLogged } from './harness/logged';
import { useSystem } from './harness/use-system';

const shop = useSystem({ name: 'event-log', only: [...ORDER_SERVICES, 'event-store'], replicas: { 'event-store': 2 } });

const DOOMS: readonly Doom[] = (['before-commit', 'after-commit', 'before-ack'] as const).map((point) => ({
  service: 'event-store',
  crash: `${point}:event-store.ingest:1`,
}));

test('the log has every event once and in order, though one of its two processes is killed at every point of its work', async () => {
  const { system } = shop();
  const orders = load(shop());
  try {
    await crashAll(system, DOOMS);
  } finally {
    await orders.stop();
  }
  await system.untilAllEnded();
  await untilAllIsLogged(system);
  expect(orders.placed.length).toBeGreaterThan(0);
}, 240_000);
