import { inMemoryUnitOfWork, type InMemoryTransaction } from '@comptoir/messaging/testing';
import { eventTypes, type Projection } from '../index';
import { Issued, Redeemed } from '../readme.example';
import { inMemoryProjectionStore, projectionScenario } from './index';

const [first, second] = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'];
const types = eventTypes(Issued, Redeemed);
type Balances = Projection<InMemoryTransaction, typeof Issued | typeof Redeemed>;

interface Row {
  readonly generation: number;
  readonly stream: string;
  readonly balance: number;
}
const rows = (tx: InMemoryTransaction) => tx.table<Row>('balances');

const balances: Balances = {
  name: 'balances',
  version: 1,
  events: types,
  async batch(events, tx, generation) {
    for (const { stream, type, data } of events) {
      const key = `${generation} ${stream}`;
      const before = rows(tx).get(key)?.balance;
      if (type === Redeemed.name && before === undefined) throw new Error('Nobody issued that card');
      const balance = (before ?? 0) + (type === Issued.name ? data.amount : -data.amount);
      rows(tx).set(key, { generation, stream, balance });
    }
  },
  async clear(tx, generation) {
    for (const [key, row] of rows(tx).entries()) if (row.generation === generation) rows(tx).delete(key);
  },
};
const readBalances = async (tx: InMemoryTransaction, of: number) =>
  rows(tx).entries().flatMap(([, { generation, stream, balance }]) => (generation === of ? [{ stream, balance }] : []));

const told = (change: Partial<Balances> = {}) => projectionScenario({ ...balances, ...change }, readBalances);
const issued = (change: Partial<Balances> = {}) => told(change).given(Issued({ cardId: first, amount: 500 }));

it('goes from events to the read model', () =>
  issued()
    .when(Redeemed({ cardId: first, amount: 300 }), Issued({ cardId: second, amount: 5 }))
    .thenReads([{ stream: `gift-card-${first}`, balance: 200 }, { stream: `gift-card-${second}`, balance: 5 }]));

it('has nothing in it before anything happened', () => told().thenReads([]));

it('tells which events could not be taken', () =>
  issued().when(Redeemed({ cardId: second, amount: 1 }), Redeemed({ cardId: first, amount: 1 })).thenParks(Redeemed));

it('goes to whatever ground it is given', async () => {
  const { run } = inMemoryUnitOfWork();
  const of500 = [{ stream: `gift-card-${first}`, balance: 500 }];
  const scenario = projectionScenario(balances, readBalances, () => ({ store: inMemoryProjectionStore, run }));
  await scenario.given(Issued({ cardId: first, amount: 500 })).thenReads(of500);
  // The build that stayed is the rebuilt one.
  expect(await run((tx) => readBalances(tx, 2))).toEqual(of500);
});

const blind: Partial<Balances> = { batch: async () => undefined };
const forgetful: Partial<Balances> = { clear: async () => undefined };
/** Keeps of a batch only its first event: the rebuild, which takes them together, says otherwise. */
const hasty: Partial<Balances> = { batch: (events, tx, generation) => balances.batch(events.slice(0, 1), tx, generation) };
const reads = (change: Partial<Balances>, balance = 200) =>
  issued(change).when(Redeemed({ cardId: first, amount: 300 })).thenReads([{ stream: `gift-card-${first}`, balance }]);

it.each<[string, () => Promise<void>, RegExp]>([
  ['another balance', () => reads({}, 199), /\+ +balance: 200[\s\S]*- +balance: 199/],
  ['a projection that does nothing', () => reads(blind), /strictly deep-equal/],
  ['a rebuild that comes to something else', () => reads(hasty), /A rebuild says otherwise/],
  ['what a replaced build leaves behind', () => reads(forgetful), /clear leaves something/],
  ['an event that was parked', () => issued().when(Redeemed({ cardId: second, amount: 1 })).thenReads([]), /parked gift-cards.redeemed: Error: Nobody issued/],
  ['one that was to be parked and was not', () => issued().thenParks(Issued), /strictly deep-equal/],
  ['an event that breaks its contract', () => issued().when(Redeemed({ cardId: first, amount: -1 })).thenReads([]), /amount: Too small/],
])('fails, and says why, for %s', async (_, telling, message) => {
  await expect(telling()).rejects.toThrow(message);
});
