import { eventually } from '@comptoir/testing';
import type { Delivery, Transport } from '../transport';
import type { Topology } from '../topology';
import { contractTopology } from './contract-topology';
import { testConsuming } from './transport-consuming';
import { testFailing } from './transport-failing';
import { testPublishing } from './transport-publishing';
import { testReturning } from './transport-returning';

/** A broker to test transports on, and what can be done to it from outside. */
export interface TransportSetup {
  /** A client, not started. `start` rejects after `startTimeoutMs`. */
  connect(options?: { startTimeoutMs?: number }): Transport;
  /** Breaks every client's connections once; they may connect again at once. */
  disconnect(): Promise<void>;
  /** The broker cannot be reached any more; connections are broken. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The broker closes the queue's consumers while the connections live on. Messages in it may be lost. */
  interrupt(queue: string): Promise<void>;
  /** From this many messages on the queue refuses more. */
  limit(queue: string, maxLength: number): Promise<void>;
  /** Lets time pass for the broker; where it passes by itself, nothing. */
  pass(ms: number): Promise<void>;
  /** Empties the queues and lifts the limits. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** What one test works with. */
export interface TransportTest {
  readonly setup: TransportSetup;
  /** Started. */
  readonly transport: Transport;
  /** Another started client, closed after the test. */
  another(): Promise<Transport>;
}

/**
 * What every transport must do, as a Jest suite. `setup` is called once, with the topology that has to be declared.
 * `await`ed conditions have the time limits of `eventually`.
 */
export function transportContract(name: string, setup: (topology: Topology) => Promise<TransportSetup>): void {
  describe(`${name} transport`, () => {
    let broker: TransportSetup;
    let transport: Transport;
    let opened: Transport[] = [];

    const open = async () => {
      const opening = broker.connect();
      opened.push(opening);
      await opening.start();
      return opening;
    };
    const test = {
      get setup() {
        return broker;
      },
      get transport() {
        return transport;
      },
      another: open,
    };

    beforeAll(async () => void (broker = await setup(contractTopology)));
    afterAll(async () => broker?.close());
    beforeEach(async () => void (transport = await open()));
    afterEach(async () => {
      await broker.start();
      await Promise.all(opened.map((each) => each.close()));
      opened = [];
      await broker.reset();
    });

    testPublishing(test);
    testConsuming(test);
    testReturning(test);
    testFailing(test);
  });
}

/** Subscribes and keeps what comes, in order. */
export async function consume(transport: Transport, queue: string, prefetch = 100) {
  const deliveries: Delivery[] = [];
  const subscription = await transport.subscribe(queue, { prefetch, onDelivery: (each) => void deliveries.push(each) });
  return {
    subscription,
    deliveries,
    numbers: () => deliveries.map(numberOf),
    /** Waits for exactly these, in this order. */
    expect: (...numbers: number[]) => eventually(() => expect(deliveries.map(numberOf)).toEqual(numbers)),
  };
}

export const numberOf = ({ body }: Delivery) => (JSON.parse(body.toString('utf8')) as { n: number }).n;

export const expectDepth = (transport: Transport, queue: string, depth: number) =>
  eventually(async () => expect({ queue, depth: await transport.depth(queue) }).toEqual({ queue, depth }));
