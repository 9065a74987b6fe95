import type { OutboxRow, UnitOfWork } from '../unit-of-work';

/** A unit of work on an empty store, and what a test needs beside it. */
export interface UnitOfWorkSetup<Tx> {
  readonly unitOfWork: UnitOfWork<Tx>;
  /** A write of the service's own, in its transaction. */
  write(tx: Tx, key: string, value: number): Promise<void>;
  /** What is committed under the key. */
  read(key: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What differs between implementations. */
export interface UnitOfWorkCapabilities {
  /** Transactions run at the same time; without it, one after the other. */
  readonly concurrent: boolean;
}

/** What one test works with. */
export interface UnitOfWorkTest<Tx> {
  readonly setup: UnitOfWorkSetup<Tx>;
  readonly capabilities: UnitOfWorkCapabilities;
  /** A transaction. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

let rows = 0;

/** Ids that sort in the order they were made. */
export const nextId = () => `00000000-0000-7000-8000-${String(++rows).padStart(12, '0')}`;

export function outgoing(stream: string | undefined, overrides: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id: nextId(),
    exchange: 'business.events',
    routingKey: 'bakery.baked.morning',
    type: 'bakery.baked',
    body: '{"n":1}',
    correlationId: 'conversation-1',
    headers: { flow: 'morning', attempt: 1 },
    timestamp: 1_700_000_000_123,
    mandatory: false,
    stream,
    ...overrides,
  };
}

/** A door that opens once; `passed` waits for it. */
export function gate(): { open(): void; readonly passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}

/** The failure tests roll back with. */
export class Rollback extends Error {}
