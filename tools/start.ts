import { build } from './build';
import { runTool, ToolError } from './fail';
import { databasesAt } from './invariants';
import { migrateAll } from './migrate';
import { say, seconds, step } from './progress';
import { importTopology } from './provision';
import { offerProducts, openStock, untilOffersAreKnown } from './rest/load-shop';
import { RestClient } from './rest/rest-client';
import { firstPort, startServices, type Services } from './services';
import { ensureStack, stopStack, type Servers } from './stack';
import { LOG_DIR } from './stack/places';
import { RABBIT_USER } from './stack/rabbitmq';
import { VHOST } from './stack/reset';
import { listenForInterruption, type Interruption } from './start/interruption';
import { CLAIMS, settledAsItShould, treatClaim } from './start/claims';
import { conversationTable, fetchConversation } from './start/conversation';
import { forget, remember, stopLeftovers } from './start/leftovers';
import { endedAsItShould, placeOrder, type Placed } from './start/place-order';
import { OPENING_STOCK, ORDERS, PRODUCTS } from './start/sample-catalogue';
import { fetchTimeline, timelineTable } from './start/timeline';
import { table } from './table';

/** What is up so far: whatever happens, exactly this is taken down again. */
interface Running {
  servers?: Servers;
  services?: Services;
}

async function bringUp(running: Running): Promise<Services> {
  await stopLeftovers();
  const bringUpServers = async () => {
    running.servers = await ensureStack({ onDatabase: (url) => migrateAll(url) });
    await importTopology(running.servers, VHOST);
    return running.servers;
  };
  const [up, built] = await Promise.allSettled([bringUpServers(), build()]); // both end before anything is taken down
  if (up.status === 'rejected') throw up.reason;
  if (built.status === 'rejected') throw built.reason;
  const servers = up.value;
  const onLine = process.env['LOG'] ? (label: string, line: string) => console.log(`${label.padEnd(12)} | ${line}`) : undefined;
  const services = await step('Starting the services', () =>
    startServices({ servers, vhost: VHOST, basePort: firstPort(process.env), onLine }),
  );
  running.services = services;
  remember(services);
  await step('Opening the shop', () => openShop(services, servers));
  return services;
}

async function openShop(services: Services, { databaseUrl }: Servers): Promise<void> {
  const [catalog, inventory] = [new RestClient(services.url('catalog')), new RestClient(services.url('inventory'))];
  try {
    await Promise.all([offerProducts(catalog, PRODUCTS), openStock(inventory, OPENING_STOCK)]);
    await untilOffersAreKnown(databasesAt(databaseUrl));
  } finally {
    await Promise.all([catalog.close(), inventory.close()]);
  }
}

interface ShownOrders {
  readonly placed: readonly Placed[];
  /** How many did not end as they should. */
  readonly wrong: number;
}

/** Places the three orders and tells each one's story. */
async function showOrders(services: Services): Promise<ShownOrders> {
  const all: Placed[] = [];
  let wrong = 0;
  for (const [index, order] of ORDERS.entries()) {
    const placed = await placeOrder(services, order);
    const right = endedAsItShould(order, placed);
    all.push(placed);
    if (!right) wrong += 1;
    const total = placed.total ? `, ${moneyText(placed.total)}` : '';
    console.log(`\n${index + 1}. ${order.title}: ${itemsText(order.items)}, paid with ${order.token}`);
    console.log(`   order ${placed.orderId}: ${placed.status}${placed.reason ? ` (${placed.reason})` : ''}${total}, after ${placed.ms.toFixed(0)} ms`);
    if (!right) console.log(`   It should have been ${order.status}${order.reason ? ` with a reason like ${order.reason.source}` : ''}.`);
    console.log(`\n${timelineTable(await fetchTimeline(services.url('orchestrator'), placed.orderId))}`);
  }
  return { placed: all, wrong };
}

/** Two claims about an order: one is refunded by peers, the other asks for more than is left. */
async function showClaims(services: Services, { orderId }: Placed): Promise<number> {
  let wrong = 0;
  for (const [index, sample] of CLAIMS.entries()) {
    const { claim, refusal, refundId, ms } = await treatClaim(services, sample, orderId);
    const right = settledAsItShould(sample, { claim, refusal });
    if (!right) wrong += 1;
    const amount = claim.refunds.at(-1)?.total;
    const money = amount ? moneyText(amount) : '-';
    console.log(`\n${ORDERS.length + index + 1}. ${sample.title}: ${itemsText(sample.lines)} of order ${orderId}, ${money}`);
    console.log(`   claim ${claim.claimId}: ${claim.status}${refusal ? ` (${refusal})` : ''}; the refund ended after ${ms.toFixed(0)} ms`);
    if (!right) console.log(`   It should have been ${sample.status}${sample.refusal ? ` with a reason like ${sample.refusal.source}` : ''}.`);
    console.log(`\n${conversationTable(await fetchConversation(services.url('views'), refundId))}`);
  }
  return wrong;
}

const moneyText = ({ amount, currency }: { amount: number; currency: string }) => `${(amount / 100).toFixed(2)} ${currency}`;

const itemsText = (items: readonly { sku: string; quantity: number }[]) => items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ');

function addresses(services: Services, { managementUrl, databaseUrl }: Servers): string {
  const { origin } = new URL(managementUrl);
  return [
    table([['service', 'REST', 'OpenAPI'], ...services.all.map(({ label, url }) => [label, url, `${url}/docs`])]),
    '',
    `RabbitMQ management UI: ${origin}/ (user ${RABBIT_USER.name}, password ${RABBIT_USER.password})`,
    `PostgreSQL:             ${databaseUrl} (one database per service)`,
  ].join('\n');
}

async function takeDown({ services, servers }: Running): Promise<void> {
  if (services) {
    await step('Draining and stopping the services', () => services.stop());
    forget();
  }
  if (servers?.startedByUs) await stopStack();
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--exit');
  if (unknown) throw new ToolError('usage', `Unknown argument ${unknown}. Usage: npm start [-- --exit]`);
  const started = Date.now();
  const interruption = listenForInterruption();
  const running: Running = {};
  const work = async () => {
    const services = await bringUp(running);
    const orders = await showOrders(services);
    const ordersAfter = seconds(Date.now() - started);
    const [first] = orders.placed;
    const wrong = orders.wrong + (first ? await showClaims(services, first) : 0);
    if (running.servers) console.log(`\n${addresses(services, running.servers)}`);
    say(`\nThree orders after ${ordersAfter}, two refunds after ${seconds(Date.now() - started)}. Logs: ${LOG_DIR}`);
    return wrong;
  };
  const working = work();
  try {
    const result = await Promise.race([working, interruption.happened]);
    if (result === 'interrupted') {
      await working.catch(() => undefined); // what is half up cannot be taken down
      return 130;
    }
    if (args.includes('--exit')) return result === 0 ? 0 : 1;
    say('Ctrl-C stops everything it started.');
    tellWhenOneEnds(running.services, interruption);
    await interruption.happened;
    return 0;
  } finally {
    await takeDown(running);
    interruption.stopListening();
  }
}

/** A service that ends by itself is told about; the others go on. */
function tellWhenOneEnds(services: Services | undefined, interruption: Interruption): void {
  for (const { label, log, exited } of services?.all ?? []) {
    void exited.then((how) => {
      if (!interruption.asked()) say(`${label} ended (${how}). Its log: ${log}`);
    });
  }
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
