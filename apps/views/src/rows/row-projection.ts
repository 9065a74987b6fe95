import type { EventType } from '@comptoir/contracts';
import type { EventTypes, Happened, Projection } from '@comptoir/event-store';
import type { SqlTransaction } from '@comptoir/messaging';
import type { RowTable } from './row-table';
import type { TallyTable } from './tally-table';

/** A projection with the tables it writes: what tells whether two generations are equal. */
export interface View extends Projection<SqlTransaction> {
  readonly tables: readonly string[];
}

export interface RowView<T extends EventType, Row, Count> {
  readonly name: string;
  /** Raised with every change to what becomes of an event: a new generation is built then. */
  readonly version: number;
  readonly events: EventTypes<T>;
  readonly table: RowTable<Row>;
  /** Of the row that an event is about. */
  keyOf(event: Happened<T>): string;
  /** The row before anything is known about it. */
  blank(key: string, event: Happened<T>): Row;
  /**
   * Pure. The same events make the same row whatever their order, those said again included: the log has an order per
   * stream only, and a parked event comes late.
   */
  fold(row: Row, event: Happened<T>): Row;
  /** What a row adds to sums. They follow from the rows, so they are right whatever the order of the events. */
  readonly tally?: { readonly table: TallyTable<Count>; countsOf(row: Row): readonly Count[] };
}

/**
 * A view as a projection: two round trips per batch, whatever its size. Rows are read, folded here, written. Nobody else
 * writes them meanwhile: the projector holds the generation's lock.
 */
export function rowProjection<T extends EventType, Row, Count = never>(view: RowView<T, Row, Count>): View {
  const { table, tally } = view;
  const projection: Projection<SqlTransaction, T> = {
    name: view.name,
    version: view.version,
    events: view.events,
    async batch(events, tx, generation) {
      const keys = new Set(events.map((event) => view.keyOf(event)));
      const before = await table.read(tx, generation, [...keys]);
      const after = new Map(before.map((row) => [table.keyOf(row), row]));
      for (const event of events) {
        const key = view.keyOf(event);
        after.set(key, view.fold(after.get(key) ?? view.blank(key, event), event));
      }
      const rows = [...after.values()];
      table.write(tx, generation, rows);
      tally?.table.change(tx, generation, before.flatMap(tally.countsOf), rows.flatMap(tally.countsOf));
    },
    async clear(tx, generation) {
      await Promise.all([table.clear(tx, generation), tally?.table.clear(tx, generation)]);
    },
  };
  const tables = [table.name, ...(tally ? [tally.table.name] : [])];
  return { ...(projection as unknown as Projection<SqlTransaction>), tables };
}
