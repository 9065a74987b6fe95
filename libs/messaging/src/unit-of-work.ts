/** A named statement: prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What library SQL runs on: a pg client in a transaction, or a Prisma interactive transaction. */
export interface SqlTransaction {
  /** One round trip. Rows come as plain objects; `int8` comes as string, `timestamptz` as Date, `json` parsed. */
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * Declares a set-based operation: `const lockStock = statement<StockRow>('lock-stock', 'SELECT ...')`, then
 * `await lockStock(tx, skus)`. Names are unique per service.
 */
export function statement<Row = never>(
  name: string,
  text: string,
): (tx: SqlTransaction, ...values: readonly unknown[]) => Promise<readonly Row[]> {
  const prepared: Statement = { name, text };
  return (tx, ...values) => tx.query<Row>(prepared, values);
}

/** A row of the outbox: a message that is committed but not yet known to be at the broker. */
export interface OutboxRow {
  readonly id: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  /** Serialised once, stored as `json`. */
  readonly body: string;
  readonly correlationId: string;
  readonly headers: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly mandatory: boolean;
  /** Events only. `record` counts the version and returns it. */
  readonly stream: string | undefined;
}

export interface StoredReply {
  readonly scope: string;
  readonly key: string;
  /** Hash of the request; the same key with another fingerprint is refused. */
  readonly fingerprint: string;
  readonly reply: unknown;
}

/**
 * The library's own tables, on whatever transaction the service opened. Every method is one round trip for a whole
 * batch.
 */
export interface MessageStore<Tx> {
  /** Marks messages as handled by `consumer`; returns the ids that were not marked before. Ids are inserted sorted. */
  claim(tx: Tx, consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Stores outgoing messages, counts their streams' versions, and deletes rows confirmed before. Returns the stream
   * version by row id.
   */
  record(tx: Tx, rows: readonly OutboxRow[], confirmed: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Rows older than `ageMs` whose ids are not in `except`, oldest first, at most `limit`; locked, skipping locked ones. */
  sweep(
    tx: Tx,
    options: { ageMs: number; limit: number; except: readonly string[] },
  ): Promise<readonly (OutboxRow & { streamVersion: number | undefined })[]>;
  /** Raises and returns the number of recorded attempts of a message. */
  recordAttempt(tx: Tx, consumer: string, id: string): Promise<number>;
  clearAttempt(tx: Tx, consumer: string, id: string): Promise<void>;
  /**
   * Takes the keys for this transaction: returns what is stored for those taken before. Concurrent takers of one key
   * wait for each other's commit.
   */
  takeKeys(
    tx: Tx,
    keys: readonly { scope: string; key: string; fingerprint: string }[],
  ): Promise<readonly StoredReply[]>;
  storeReplies(tx: Tx, replies: readonly StoredReply[]): Promise<void>;
  /**
   * Creates the inbox partitions of the days ahead, drops those older than the retention, and forgets some of the
   * idempotency keys past it. True where more keys remain to forget: call it again, in another transaction.
   */
  maintain(tx: Tx, retentionDays: number): Promise<boolean>;
}

/**
 * Opens transactions for the runtime. What is written inside one `run` commits together or not at all.
 * `pgUnitOfWork` for hot services, `prismaUnitOfWork` where typed writes are worth more, `inMemoryUnitOfWork` for
 * simulations; one contract suite.
 */
export interface UnitOfWork<Tx> {
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly store: MessageStore<Tx>;
}
