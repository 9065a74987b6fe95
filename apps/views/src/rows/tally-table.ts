import { statement, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { recordOf, snake, type ColumnType } from './row-table';

/** Sums by day and more, each generation its own. */
export interface TallyTable<Count> {
  readonly name: string;
  /** Adds the difference of two states of the same rows. Not awaited: it travels with the commit. */
  change(tx: SqlTransaction, generation: number, before: readonly Count[], after: readonly Count[]): void;
  clear(tx: SqlTransaction, generation: number): Promise<void>;
}

/** A table `views.<name>`; `keys` tell its rows apart, `measures` are added up. */
export function tallyTable<K extends string, M extends string>(
  name: string,
  keys: Readonly<Record<K, ColumnType>>,
  measures: readonly M[],
): TallyTable<Readonly<Record<K, string> & Record<M, number>>> {
  type Count = Readonly<Record<K, string> & Record<M, number>>;
  const keyNames = Object.keys(keys) as K[];
  const columns = [...keyNames, ...measures];
  const types = { ...keys, ...Object.fromEntries(measures.map((each) => [each, 'bigint'])) } as Record<string, ColumnType>;
  const add = statement(
    `add-${name}`,
    `INSERT INTO views.${name} AS t (generation, ${columns.map(snake).join(', ')})
     SELECT $1::int, ${columns.map((each) => `"${each}"`).join(', ')} FROM json_to_recordset($2::json) AS r (${recordOf(types)})
     ON CONFLICT (generation, ${keyNames.map(snake).join(', ')}) DO UPDATE
     SET ${measures.map((each) => `${snake(each)} = t.${snake(each)} + excluded.${snake(each)}`).join(', ')}`,
  );
  const remove = statement(`clear-${name}`, `DELETE FROM views.${name} WHERE generation = $1::int`);
  return {
    name,
    change(tx, generation, before, after) {
      const rows = difference<Count>(keyNames, measures, before, after);
      if (rows.length > 0) withCommit(add(tx, generation, JSON.stringify(rows)));
    },
    clear: async (tx, generation) => void (await remove(tx, generation)),
  };
}

/** What has to be added to the sums of `before` to have those of `after`: one row per key, none that says nothing. */
export function difference<Count extends object>(
  keys: readonly (keyof Count & string)[],
  measures: readonly (keyof Count & string)[],
  before: readonly Count[],
  after: readonly Count[],
): readonly Count[] {
  const sums = new Map<string, Record<string, unknown>>();
  const add = (counts: readonly Count[], sign: 1 | -1) => {
    for (const count of counts) {
      const key = JSON.stringify(keys.map((each) => count[each]));
      let sum = sums.get(key);
      if (!sum) sums.set(key, (sum = { ...count, ...Object.fromEntries(measures.map((each) => [each, 0])) }));
      for (const each of measures) sum[each] = Number(sum[each]) + sign * Number(count[each]);
    }
  };
  add(before, -1);
  add(after, 1);
  return [...sums.values()].filter((sum) => measures.some((each) => sum[each] !== 0)) as Count[];
}
