import { virtualClock } from '../clock';
import { Bake, Baked, BAKERY, contractTopology, LEDGER, MORNING, wire, wires } from '../testing/contract-topology';
import type { Delivery } from '../transport';
import { InMemoryBroker } from './broker';
import type { Choice } from './choice';

const numberOf = ({ body }: { body: Buffer }) => (JSON.parse(body.toString()) as { n: number }).n;

async function setup(seed?: number) {
  const clock = virtualClock();
  const broker = new InMemoryBroker(contractTopology, { clock, seed });
  const client = async (name: string) => {
    const transport = broker.connect(name);
    const started = transport.start();
    broker.step({ kind: 'connect', connection: transport.name });
    await started;
    return transport;
  };
  const consumer = async (name: string, queue: string, prefetch = 10) => {
    const transport = await client(name);
    const deliveries: Delivery[] = [];
    const subscribing = transport.subscribe(queue, { prefetch, onDelivery: (each) => void deliveries.push(each) });
    const id = `${transport.name}/${queue}#1`;
    broker.step({ kind: 'frame', subscription: id });
    return { transport, deliveries, id, subscription: await subscribing, numbers: () => deliveries.map(numberOf) };
  };
  const waiting = (queue: string) => broker.messages(queue).map(numberOf);
  return { broker, clock, client, consumer, waiting };
}

describe('the in-memory broker', () => {
  it('does nothing by itself: a message waits at each step of its way', async () => {
    const { broker, client, waiting } = await setup();
    const shop = await client('shop');
    let outcomes: unknown;
    void shop.publish([wire(Bake, 1)]).then((each) => (outcomes = each));
    const way: Choice[] = [{ kind: 'publish', connection: 'shop' }, { kind: 'confirm', connection: 'shop' }];
    expect([broker.choices(), waiting(BAKERY), outcomes]).toEqual([[way[0]], [], undefined]);
    broker.step(way[0]);
    await Promise.resolve();
    expect([broker.choices(), waiting(BAKERY), outcomes]).toEqual([[way[1]], [1], undefined]);
    broker.step(way[1]);
    await broker.settle();
    expect([broker.choices(), outcomes]).toEqual([[], ['confirmed']]);
  });

  it('lists every enabled step, so that all interleavings can be walked', async () => {
    const { broker, client, consumer } = await setup();
    const one = await consumer('one', BAKERY, 1);
    const two = await consumer('two', BAKERY, 1);
    const [a, b] = [await client('a'), await client('b')];
    void a.publish([wire(Bake, 1)]);
    void b.publish([wire(Bake, 2)]);
    broker.step({ kind: 'publish', connection: 'b' });
    expect(broker.choices()).toEqual([
      { kind: 'deliver', queue: BAKERY, subscription: one.id },
      { kind: 'deliver', queue: BAKERY, subscription: two.id },
      { kind: 'publish', connection: 'a' },
      { kind: 'confirm', connection: 'b' },
    ]);
    broker.step({ kind: 'deliver', queue: BAKERY, subscription: two.id });
    broker.step({ kind: 'publish', connection: 'a' });
    broker.step({ kind: 'deliver', queue: BAKERY, subscription: one.id });
    expect([one.numbers(), two.numbers()]).toEqual([[1], [2]]);
  });

  it('refuses a step that cannot happen, whether of a queue or of a client', async () => {
    const { broker } = await setup();
    expect(() => broker.step({ kind: 'dead-letter', queue: BAKERY })).toThrow(/Cannot happen now/);
    expect(() => broker.inject({ kind: 'disconnect', connection: 'nobody' })).toThrow(/Cannot go wrong now/);
    expect(broker.step()).toBeUndefined();
  });

  it('walks the same way for the same seed, and another for another', async () => {
    const walk = async (seed: number) => {
      const { broker, client, consumer } = await setup(seed);
      const [one, two] = [await consumer('one', BAKERY, 2), await consumer('two', BAKERY, 2)];
      const publishers = [await client('a'), await client('b')];
      publishers.forEach((each) => void each.publish(wires(20)));
      const way: (Choice | undefined)[] = [];
      for (let steps = 0; steps < 60; steps++) {
        way.push(broker.step());
        for (const { subscription, deliveries } of [one, two]) subscription.ack(deliveries.splice(0));
      }
      return JSON.stringify(way);
    };
    expect(await walk(7)).toBe(await walk(7));
    expect(await walk(7)).not.toBe(await walk(8));
  });

  it('replays a recorded run', async () => {
    const run = async (choose: (broker: InMemoryBroker) => Choice | undefined) => {
      const { broker, client, consumer } = await setup(3);
      const inbox = await consumer('one', BAKERY, 2);
      for (const name of ['a', 'b']) void (await client(name)).publish(name === 'a' ? wires(3) : wires(2));
      while (choose(broker)) inbox.subscription.ack(inbox.deliveries.slice(-1));
      return inbox.numbers();
    };
    const recorded: Choice[] = [];
    const first = await run((broker) => {
      const choice = broker.step();
      if (choice) recorded.push(choice);
      return choice;
    });
    const steps = (JSON.parse(JSON.stringify(recorded)) as Choice[])[Symbol.iterator]();
    expect(await run((broker) => {
      const { value, done } = steps.next();
      return done ? undefined : broker.step(value as Choice);
    })).toEqual(first);
  });
});

describe('faults', () => {
  it('a lost confirm is unknown to the publisher although the message is stored', async () => {
    const { broker, client, waiting } = await setup();
    const publishing = (await client('shop')).publish(wires(2));
    broker.step({ kind: 'publish', connection: 'shop' });
    broker.inject({ kind: 'lose-confirm', connection: 'shop' });
    await broker.settle();
    expect([await publishing, waiting(BAKERY)]).toEqual([['unknown', 'confirmed'], [1, 2]]);
  });

  it('a disconnect loses what had not arrived, and leaves what had', async () => {
    const { broker, client, waiting } = await setup();
    const shop = await client('shop');
    const publishing = shop.publish(wires(3));
    broker.step({ kind: 'publish', connection: 'shop' });
    broker.step({ kind: 'confirm', connection: 'shop' });
    broker.step({ kind: 'publish', connection: 'shop' });
    broker.inject({ kind: 'disconnect', connection: 'shop' });
    expect([await publishing, waiting(BAKERY), shop.connected]).toEqual([['confirmed', 'unknown', 'unknown'], [1, 2], false]);
    expect(broker.choices()).toEqual([{ kind: 'connect', connection: 'shop' }]);
  });

  it('a disconnect may come between an ack and its arrival', async () => {
    const { broker, client, consumer, waiting } = await setup();
    const inbox = await consumer('one', BAKERY);
    void (await client('shop')).publish(wires(2));
    await broker.settle();
    inbox.subscription.ack(inbox.deliveries);
    broker.inject({ kind: 'disconnect', connection: 'one' });
    expect(waiting(BAKERY)).toEqual([1, 2]);
    await broker.settle();
    expect(inbox.deliveries.map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 1, 1]);
  });

  it('a cut subscription gives back what it held, in order, and subscribes again', async () => {
    const { broker, client, consumer, waiting } = await setup();
    const inbox = await consumer('one', BAKERY, 2);
    void (await client('shop')).publish(wires(3));
    await broker.settle();
    expect([inbox.numbers(), waiting(BAKERY)]).toEqual([[1, 2], [3]]);
    broker.inject({ kind: 'cut', subscription: inbox.id });
    expect([waiting(BAKERY), inbox.subscription.active]).toEqual([[1, 2, 3], false]);
    await broker.settle();
    expect([inbox.numbers(), inbox.subscription.active]).toEqual([[1, 2, 1, 2], true]);
  });

  it('duplicates and reorders what waits in a queue', async () => {
    const { broker, client, waiting } = await setup();
    void (await client('shop')).publish(wires(3));
    await broker.settle();
    broker.inject({ kind: 'duplicate', queue: BAKERY });
    broker.inject({ kind: 'reorder', queue: BAKERY, position: 3 });
    expect(waiting(BAKERY)).toEqual([3, 1, 1, 2]);
  });

  it('a crashed client hears nothing more, and its messages return', async () => {
    const { broker, client, consumer, waiting } = await setup();
    const inbox = await consumer('one', BAKERY);
    void (await client('shop')).publish(wires(2));
    await broker.settle();
    let heard = false;
    void inbox.transport.publish([wire(Baked, 3)]).then(() => (heard = true));
    inbox.subscription.ack(inbox.deliveries);
    inbox.transport.crash();
    await broker.settle();
    expect([waiting(BAKERY), heard, inbox.transport.connected]).toEqual([[1, 2], false, false]);
  });

  it('lists what could go wrong, and each of it can', async () => {
    const { broker, client, consumer } = await setup();
    await consumer('one', MORNING);
    const shop = await client('shop');
    void shop.publish([wire(Baked, 1, { routingKey: 'bakery.baked.evening' }), wire(Baked, 2, { routingKey: 'bakery.baked.noon' })]);
    broker.step({ kind: 'publish', connection: 'shop' });
    broker.step({ kind: 'publish', connection: 'shop' });
    const faults = broker.faults();
    expect(faults).toEqual([
      { kind: 'disconnect', connection: 'one' },
      { kind: 'disconnect', connection: 'shop' },
      { kind: 'lose-confirm', connection: 'shop' },
      { kind: 'cut', subscription: `one/${MORNING}#1` },
      { kind: 'duplicate', queue: LEDGER },
      { kind: 'reorder', queue: LEDGER, position: 1 },
    ]);
    for (const fault of [...faults].reverse()) broker.inject(fault);
  });
});

describe('time', () => {
  it('brings a retry back when it has passed, and not before', async () => {
    const { broker, clock, client, waiting } = await setup();
    void (await client('shop')).publish([wire(Bake, 1, { exchange: 'retry.10s', routingKey: BAKERY })]);
    await broker.settle();
    await clock.advance(9_999);
    expect(broker.choices()).toEqual([]);
    await clock.advance(1);
    expect(broker.choices()).toEqual([{ kind: 'dead-letter', queue: 'retry.10s' }]);
    await broker.settle();
    expect([waiting('retry.10s'), waiting(BAKERY)]).toEqual([[], [1]]);
    expect(broker.messages(BAKERY)[0]?.properties.headers).toMatchObject({
      'x-first-death-reason': 'expired',
      'x-death': [{ queue: 'retry.10s', reason: 'expired', count: 1 }],
    });
  });

  it('does not lose a retry whose queue is full, and tries again after three minutes', async () => {
    const { broker, clock, client, waiting } = await setup();
    void (await client('shop')).publish([wire(Bake, 1, { exchange: 'retry.1s', routingKey: BAKERY })]);
    await broker.settle();
    broker.limit(BAKERY, 0);
    await clock.advance(1_000);
    await broker.settle();
    broker.limit(BAKERY, 10);
    expect([waiting(BAKERY), broker.choices()]).toEqual([[], []]);
    await clock.advance(180_000);
    await broker.settle();
    expect(waiting(BAKERY)).toEqual([1]);
  });

  it('holds on to a dead letter that nothing takes', async () => {
    const { broker, clock, client } = await setup();
    void (await client('shop')).publish([wire(Bake, 1, { exchange: 'retry.1s', routingKey: 'no.such-queue' })]);
    await broker.settle();
    for (let round = 0; round < 3; round++) {
      await clock.advance(180_000);
      expect(broker.choices()).toEqual([{ kind: 'dead-letter', queue: 'retry.1s' }]);
      await broker.settle();
    }
  });

  it('runs by itself when asked to', async () => {
    const { broker, clock, client, waiting } = await setup();
    const shop = await client('shop');
    const stop = broker.run();
    expect(await shop.publish([wire(Bake, 1, { exchange: 'retry.1s', routingKey: BAKERY })])).toEqual(['confirmed']);
    await clock.advance(1_000);
    await clock.advance(0);
    expect(waiting(BAKERY)).toEqual([1]);
    stop();
    void shop.publish(wires(1));
    await clock.advance(0);
    expect(broker.choices()).toHaveLength(1);
  });
});
