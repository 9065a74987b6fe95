import { statement, withCommit, type SqlTransaction } from '@comptoir/messaging';

export type ColumnType = 'uuid' | 'text' | 'integer' | 'bigint' | 'boolean' | 'timestamptz' | 'date' | 'jsonb';
export type Columns<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

/** Rows of a read model by their key, each generation its own. A row has `null` where nothing is known. */
export interface RowTable<Row> {
  readonly name: string;
  keyOf(row: Row): string;
  read(tx: SqlTransaction, generation: number, keys: readonly string[]): Promise<readonly Row[]>;
  /** Each key once. Not awaited: it travels with the commit. */
  write(tx: SqlTransaction, generation: number, rows: readonly Row[]): void;
  clear(tx: SqlTransaction, generation: number): Promise<void>;
}

export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** A column as it is read: numbers as such, days as text. */
export const reading = (name: string, type: ColumnType) => {
  const cast = type === 'bigint' ? '::float8' : type === 'date' || type === 'uuid' ? '::text' : '';
  return `${snake(name)}${cast} AS "${name}"`;
};
export const recordOf = (columns: Readonly<Record<string, ColumnType>>) =>
  Object.entries(columns).map(([name, type]) => `"${name}" ${type}`).join(', ');

/** A table `views.<name>` whose columns are those of a row, in snake case, beside `generation`. */
export function rowTable<Row extends object>(name: string, key: keyof Row & string, columns: Columns<Row>): RowTable<Row> {
  const names = Object.keys(columns) as (keyof Row & string)[];
  const list = names.map(snake).join(', ');
  const select = statement<Row>(
    `read-${name}`,
    `SELECT ${names.map((each) => reading(each, columns[each])).join(', ')}
     FROM views.${name} WHERE generation = $1::int AND ${snake(key)} = ANY ($2::${columns[key]}[])`,
  );
  const upsert = statement(
    `write-${name}`,
    `INSERT INTO views.${name} (generation, ${list})
     SELECT $1::int, ${names.map((each) => `"${each}"`).join(', ')} FROM json_to_recordset($2::json) AS r (${recordOf(columns)})
     ON CONFLICT (generation, ${snake(key)}) DO UPDATE
     SET ${names.filter((each) => each !== key).map((each) => `${snake(each)} = excluded.${snake(each)}`).join(', ')}`,
  );
  const remove = statement(`clear-${name}`, `DELETE FROM views.${name} WHERE generation = $1::int`);
  return {
    name,
    keyOf: (row) => String(row[key]),
    read: (tx, generation, keys) => select(tx, generation, keys),
    write: (tx, generation, rows) => withCommit(upsert(tx, generation, JSON.stringify(rows))),
    clear: async (tx, generation) => void (await remove(tx, generation)),
  };
}
