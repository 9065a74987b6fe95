import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ToolError } from '../fail';
import type { DatabaseUrls } from '../invariants';
import { expectStatus, type RestClient } from './rest-client';

export interface ProductOffer {
  readonly sku: string;
  readonly name: string;
  readonly currency: string;
  readonly price: number;
  readonly tradePrices?: readonly number[];
}

export interface OpeningStock {
  readonly sku: string;
  readonly quantity: number;
}

/** What the services take in one request. */
const CHUNK = 2_000;

/** Puts products on offer; doing it again changes nothing. */
export async function offerProducts(catalog: RestClient, products: readonly ProductOffer[]): Promise<void> {
  for (const chunk of chunks(products))
    expectStatus(catalog, { method: 'POST', path: '/products' }, await catalog.post('/products', { body: { products: chunk } }), 200);
}

/** Sets opening stock; doing it again changes nothing. */
export async function openStock(inventory: RestClient, lines: readonly OpeningStock[]): Promise<void> {
  for (const chunk of chunks(lines)) {
    const reply = await inventory.put('/stock', { lines: chunk });
    if (reply.status === 409)
      throw new ToolError(
        'stock-has-moved',
        'Some of these products were sold already, from another opening stock. Use the same file and --stock as before, or ' +
          'start afresh: npm run stack -- reset.',
      );
    expectStatus(inventory, { method: 'PUT', path: '/stock' }, reply, 204);
  }
}

/** Waits until carts has heard of every change in the catalogue: an order that comes earlier is refused. */
export async function untilOffersAreKnown(databases: Pick<DatabaseUrls, 'catalog' | 'carts'>, timeoutMs = 60_000): Promise<void> {
  const [catalog, carts] = [new Client({ connectionString: databases.catalog }), new Client({ connectionString: databases.carts })];
  try {
    await Promise.all([catalog.connect(), carts.connect()]);
    const revisions = (client: Client, table: string) =>
      client.query<{ sum: string }>(`SELECT count(*) || ' ' || coalesce(sum(revision), 0) AS sum FROM ${table}`).then(({ rows }) => rows[0]?.sum);
    const deadline = Date.now() + timeoutMs;
    while ((await revisions(catalog, 'catalog.product')) !== (await revisions(carts, 'carts.offer'))) {
      if (Date.now() > deadline) throw new ToolError('offers-unknown', `carts has not heard of all products after ${timeoutMs / 1_000} s.`);
      await delay(50);
    }
  } finally {
    await Promise.all([catalog.end(), carts.end()]);
  }
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += CHUNK) yield all.slice(from, from + CHUNK);
}
