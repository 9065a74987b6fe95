import { isDeepStrictEqual } from 'node:util';
import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { settled, virtualClock } from '../clock';
import { CommitOutcomeUnknown, RetryNow } from '../errors';
import { handle, type Handler } from '../handler';
import { service, type ServiceDefinition } from '../service';
import { topologyOf } from '../topology';
import { InMemoryBroker } from './broker';
import { random } from './random';
import { simulatedProcess } from './simulated-process';
import { inMemoryUnitOfWork, type InMemoryTransaction } from './unit-of-work';

const ORDERS = 25;
/** After so many steps nothing new goes wrong; everything must end well within the others. */
const TROUBLED_STEPS = 400;
const MAX_STEPS = 4_000;
/** The order whose handler always throws. */
const POISON = 13;

const body = z.object({ order: z.number() });
const Charged = event('till.charged', 1, body, { stream: () => 'till' });
const Charge = command('till.charge', 1, body, { answers: [Charged] });

interface Counted {
  readonly order: number;
  readonly times: number;
}
const count = (tx: InMemoryTransaction, name: string, order: number) => {
  const table = tx.table<Counted>(name);
  table.set(`${order}`, { order, times: (table.get(`${order}`)?.times ?? 0) + 1 });
};

const charge = handle<typeof Charge, never, undefined, InMemoryTransaction>(Charge, {
  emits: [Charged],
  maxBatch: 5,
  async batch(commands, tx) {
    return commands.map(({ body: { order } }) => {
      if (order === POISON) throw new Error('poison');
      count(tx, 'charges', order);
      return Charged({ order });
    });
  },
});
const book = handle<typeof Charged, never, InMemoryTransaction>(Charged, {
  name: 'book',
  emits: [],
  maxBatch: 5,
  async batch(events, tx) {
    for (const { body: { order } } of events) count(tx, 'receipts', order);
  },
}) as Handler<InMemoryTransaction>;

const till = service<InMemoryTransaction>({ name: 'till', handlers: [charge] });
const front = service<InMemoryTransaction>({ name: 'front', handlers: [book], emits: [Charge] });
const topology = topologyOf([till, front] as unknown as ServiceDefinition[]);

/** One run: every choice of what happens next, and of what goes wrong, follows from the seed. */
async function simulate(seed: number, trouble: { faults: number; crashes: number }) {
  const chance = random(seed);
  const clock = virtualClock();
  const broker = new InMemoryBroker(topology, { clock, seed });
  const stores = { till: inMemoryUnitOfWork({ clock }), front: inMemoryUnitOfWork({ clock }) };
  const start = (name: 'till' | 'front') =>
    simulatedProcess(name === 'till' ? till : front, { broker, clock, unitOfWork: stores[name] });
  const processes = { till: start('till'), front: start('front') };
  const pick = <T>(values: readonly T[]) => values[Math.floor(chance() * values.length)];

  const place = (order: number): Promise<void> =>
    processes.front.endpoint
      .transaction(async (tx) => {
        if (tx.table('placed').has(`${order}`)) return { result: undefined, messages: [] };
        tx.table<number>('placed').set(`${order}`, order);
        return { result: undefined, messages: [Charge({ order })] };
      })
      .catch(() => place(order));

  const goWrong = () => {
    if (chance() < trouble.faults) {
      const fault = pick(broker.faults());
      if (fault) broker.inject(fault);
    }
    if (chance() < trouble.faults / 4) pick(Object.values(stores))?.failNext('before-commit', new RetryNow('in the way'));
    if (chance() < trouble.faults / 4) pick(Object.values(stores))?.failNext('after-commit', new CommitOutcomeUnknown('lost'));
    if (chance() < trouble.crashes) {
      const name = pick(['till', 'front'] as const) ?? 'till';
      processes[name].kill();
      processes[name] = start(name);
    }
  };
  const finished = async () => {
    const rows = await Promise.all(Object.values(stores).map((store) => store.rows('messaging.outbox')));
    const receipts = await stores.front.rows('receipts');
    return rows.flat().length === 0 && receipts.length === ORDERS - 1 && broker.messages('till.charge.dead').length > 0;
  };

  for (let placed = 0, steps = 0; steps < MAX_STEPS; steps++) {
    await settled();
    if (steps < TROUBLED_STEPS) goWrong();
    if (placed < ORDERS && steps % 10 === 0) void place(++placed);
    if (broker.step()) continue;
    if (steps > TROUBLED_STEPS && (await finished())) break;
    await clock.advance(500);
    // Asked again after a crash, as a customer would.
    const known = new Set(await stores.front.rows<number>('placed'));
    for (let again = 1; again <= placed; again++) if (!known.has(again)) void place(again);
  }
  await broker.settle();
  const counts = async (name: 'till' | 'front', table: string) =>
    Object.fromEntries((await stores[name].rows<Counted>(table)).map(({ order, times }) => [order, times]));
  return {
    charges: await counts('till', 'charges'),
    receipts: await counts('front', 'receipts'),
    versions: await stores.till.rows<number>('messaging.stream'),
    left: [await stores.till.rows('messaging.outbox'), await stores.front.rows('messaging.outbox')].flat(),
    dead: new Set(broker.messages('till.charge.dead').map((each) => each.body.toString())),
  };
}

const once = Object.fromEntries(
  Array.from({ length: ORDERS }, (_, index) => index + 1).filter((order) => order !== POISON).map((order) => [`${order}`, 1]),
);
const right = { charges: once, receipts: once, versions: [ORDERS - 1], left: [], dead: new Set([`{"order":${POISON}}`]) };

describe('the runtime, simulated', () => {
  it('handles everything once where nothing goes wrong', async () => {
    expect(await simulate(1, { faults: 0, crashes: 0 })).toEqual(right);
  });

  it.each([100, 200, 300, 400])('handles everything once, whatever the order and whatever goes wrong (from seed %i)', async (from) => {
    for (let seed = from; seed < from + 25; seed++)
      expect({ seed, ...(await simulate(seed, { faults: 0.1, crashes: 0.01 })) }).toEqual({ seed, ...right });
  });

  describe('is seen to fail', () => {
    const build = globalThis as { __FAILPOINTS__?: boolean };
    afterEach(() => {
      delete build.__FAILPOINTS__;
      delete process.env['COMPTOIR_SWITCHED_OFF'];
    });

    it.each(['inbox', 'outbox', 'relay', 'confirms', 'late-ack'])('without the %s', async (mechanism) => {
      build.__FAILPOINTS__ = true;
      process.env['COMPTOIR_SWITCHED_OFF'] = mechanism;
      const wrong: number[] = [];
      for (let seed = 10; seed < 30 && wrong.length === 0; seed++) {
        const outcome = await simulate(seed, { faults: 0.1, crashes: 0.01 });
        if (!isDeepStrictEqual(outcome, right)) wrong.push(seed);
      }
      expect(wrong).toHaveLength(1);
    });
  });
});

