import { eventually } from '@comptoir/testing';
import type { Delivery, Transport } from '../transport';

/** A broker to test transports on, and what can be done to it from outside. */
export interface TransportSetup {
  /** A client, not started. `start` rejects after `startTimeoutMs`. */
  connect(options?: { startTimeoutMs?: number }): Transport;
  /** Breaks every client's connections once; they may connect again at once. */
  disconnect(): Promise<void>;
  /** The broker cannot be reached any more; connections are broken. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /**
   * The broker closes the queue's consumers while the connections live on, and serves it again once they know: `told`
   * resolves then. Messages in it may be lost.
   */
  interrupt(queue: string, told: () => Promise<void>): Promise<void>;
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
