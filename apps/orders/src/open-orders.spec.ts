import { OpenOrders } from './open-orders';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setting(limit: number, open = 0) {
  const state = { open, now: 0, counts: 0, fails: false };
  const orders = new OpenOrders({
    limit,
    now: () => state.now,
    count: async () => {
      state.counts += 1;
      if (state.fails) throw new Error('away');
      return state.open;
    },
  });
  const place = () => orders.admit(async () => 'placed');
  return { state, orders, place };
}
const refused = { status: 503, code: 'too-many-open-orders', headers: { 'retry-after': '1' } };

it('refuses above the limit of what is open in the database', async () => {
  const { place } = setting(5, 5);
  await expect(place()).rejects.toMatchObject(refused);
});

it('adds what it placed since the last count', async () => {
  const { place, state } = setting(5, 3);
  await place();
  await place();
  await expect(place()).rejects.toMatchObject(refused);
  expect(state.counts).toBe(1);
});

it('counts what is being placed right now', async () => {
  const { orders } = setting(2);
  let end = () => {};
  const slow = orders.admit(() => new Promise<void>((resolve) => (end = resolve)));
  await turn();
  const other = orders.admit(() => new Promise<void>(() => {}));
  await turn();
  await expect(orders.admit(async () => 'third')).rejects.toMatchObject(refused);
  end();
  await slow;
  void other;
});

it('does not count what could not be placed', async () => {
  const { orders, place } = setting(1);
  await expect(orders.admit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await place()).toBe('placed');
});

it('counts again before it refuses, so that ended orders make room', async () => {
  const { place, state } = setting(2, 1);
  await place();
  await expect(place()).rejects.toMatchObject(refused);
  Object.assign(state, { open: 1, now: state.now + 201 });
  expect(await place()).toBe('placed');
  expect(state.counts).toBe(2);
});

it('counts once for a burst, and not at all while the count is fresh', async () => {
  const { place, state } = setting(1_000);
  await Promise.all(Array.from({ length: 50 }, place));
  expect(state.counts).toBe(1);
  state.now += 201;
  await Promise.all(Array.from({ length: 50 }, place));
  expect(state.counts).toBe(2);
});

it('admits on the last count while the database cannot count', async () => {
  const { place, state } = setting(5);
  state.fails = true;
  expect(await place()).toBe('placed');
});
