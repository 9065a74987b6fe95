import { systemClock, type Clock } from '../clock';
import type { MessageStore, UnitOfWork } from '../unit-of-work';
import { inMemoryMessageStore } from './message-store';
import { Changes, type Table } from './table';

/** What handlers of a simulation write on. */
export interface InMemoryTransaction {
  /** Made when first asked for. Names with a dot are the library's. */
  table<Row>(name: string): Table<Row>;
  /** Work that the transaction waits for, and fails with, although nobody awaits it. */
  pending<T>(work: Promise<T>): Promise<T>;
}

/**
 * Transactions without a database: all or nothing, one after the other. What is committed lives as long as the object,
 * so a process that crashes in a simulation finds it again.
 */
export interface InMemoryUnitOfWork extends UnitOfWork<InMemoryTransaction> {
  /** The committed rows of a table, in the order their keys were first set; for assertions. */
  rows<Row>(table: string): Promise<readonly Row[]>;
  /** The next transaction fails: without having committed, or having committed without its caller knowing. */
  failNext(when: 'before-commit' | 'after-commit', error: Error): void;
}

export function inMemoryUnitOfWork(options: { clock?: Clock } = {}): InMemoryUnitOfWork {
  const store: MessageStore<InMemoryTransaction> = inMemoryMessageStore(options.clock ?? systemClock);
  const tables = new Map<string, Map<string, unknown>>();
  let last: Promise<unknown> = Promise.resolve();
  let failure: { when: 'before-commit' | 'after-commit'; error: Error } | undefined;

  async function transaction<T>(work: (tx: InMemoryTransaction) => Promise<T>): Promise<T> {
    const failing = failure;
    failure = undefined;
    const changes = new Map<string, Changes<unknown>>();
    const pending: Promise<unknown>[] = [];
    let ended = false;
    const check = () => {
      if (ended) throw new Error('The transaction has ended');
    };
    const tx: InMemoryTransaction = {
      table<Row>(name: string) {
        let table = changes.get(name);
        if (!table) changes.set(name, (table = new Changes(committed(tables, name), check)));
        return table as Table<unknown> as Table<Row>;
      },
      pending(work) {
        pending.push(work);
        work.catch(() => undefined);
        return work;
      },
    };
    try {
      const result = await work(tx);
      await Promise.all(pending);
      if (failing?.when === 'before-commit') throw failing.error;
      for (const table of changes.values()) table.commit();
      if (failing) throw failing.error;
      return result;
    } finally {
      ended = true;
    }
  }

  const run = <T>(work: (tx: InMemoryTransaction) => Promise<T>): Promise<T> => {
    const result = last.then(() => transaction(work));
    last = result.catch(() => undefined);
    return result;
  };

  return {
    store,
    run,
    rows: async <Row>(table: string) => {
      await last;
      return [...committed(tables, table).values()].map((row) => structuredClone(row)) as Row[];
    },
    failNext: (when, error) => void (failure = { when, error }),
  };
}

function committed(tables: Map<string, Map<string, unknown>>, name: string): Map<string, unknown> {
  let table = tables.get(name);
  if (!table) tables.set(name, (table = new Map()));
  return table;
}
