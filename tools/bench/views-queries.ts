import { setTimeout as delay } from 'node:timers/promises';
import { expectStatus, type RestClient } from '../rest/rest-client';
import { latenciesOf, type Latencies } from './latency';
import { ASSIGNEES, CUSTOMERS } from './views-log';

/** The nth of each kind of query: no two in a row ask for the same rows. */
const QUERIES: Readonly<Record<string, (nth: number, conversations: readonly string[]) => string>> = {
  'orders of a customer': (nth) => `/customers/C-${(nth * 37) % CUSTOMERS}/orders`,
  'claims, the latest': () => '/claims/search',
  'claims by status': (nth) => `/claims/search?status=${['UNDER_TREATMENT', 'REJECTED', 'SETTLED'][nth % 3]}&sort=-updatedAt`,
  'claims by filters': (nth) => `/claims/search?assignee=${ASSIGNEES[nth % 5]}&reason=damaged&verified=true`,
  'claims by words': (nth) => `/claims/search?q=${['broken+lid', 'scratched', '"wrong+colour"', 'torn+box+-late'][nth % 4]}`,
  'claims by words and status': (nth) => `/claims/search?q=teapot&status=SETTLED&customerId=C-${(nth * 38) % CUSTOMERS}`,
  'claim board': () => '/claims/board',
  'board of one person': (nth) => `/claims/board?assignee=${ASSIGNEES[nth % 5]}`,
  'claim statistics': () => '/claims/stats',
  'refunds': (nth) => `/refunds?customerId=C-${(nth * 38) % CUSTOMERS}`,
  'refunds, the latest': () => '/refunds?status=SETTLED',
  'sales by store': () => '/sales?by=store',
  'sales by product': () => '/sales?by=product',
  'outcomes': () => '/outcomes',
  'a conversation': (nth, conversations) => `/conversations/${conversations[nth % conversations.length]}`,
  'conversations, the latest': () => '/conversations',
  'conversations, the stuck ones': () => '/conversations?stuck=true',
};

export interface QueryResult {
  readonly name: string;
  readonly latencies: Latencies;
}

/** Each query so many times, one after the other, all kinds in turn. From the request to the end of its answer; one that fails ends the bench. */
export async function measureQueries(
  client: RestClient,
  times: number,
  { going = () => true, pauseMs = 0 }: { readonly going?: () => boolean; readonly pauseMs?: number } = {},
): Promise<readonly QueryResult[]> {
  const get = async (path: string) => expectStatus(client, { method: 'GET', path }, await client.get(path), 200);
  const { items } = (await get('/conversations?limit=100')) as { items: readonly { conversationId: string }[] };
  const conversations = items.map(({ conversationId }) => conversationId);
  const names = Object.keys(QUERIES);
  const took = new Map(names.map((name) => [name, [] as number[]]));
  for (let nth = 0; nth < times && going(); nth += 1)
    for (const name of names) {
      const begin = performance.now();
      await get(QUERIES[name]?.(nth, conversations) ?? '');
      took.get(name)?.push(performance.now() - begin);
      if (pauseMs > 0) await delay(pauseMs);
    }
  return names.map((name) => ({ name, latencies: latenciesOf(Float64Array.from(took.get(name) ?? [])) }));
}
