import { DatabaseError, Query, type PoolClient } from 'pg';
import { prepareValue } from 'pg/lib/utils';
import { serialize } from 'pg-protocol';
import type { Statement } from '../unit-of-work';

type Row = Record<string, unknown>;

/** What a prepared statement's rows look like; it does not change as long as the connection lives. */
interface Shape {
  readonly names: readonly string[];
  readonly parsers: readonly ((value: string) => unknown)[];
}

interface Step {
  readonly name: string;
  readonly prepared: Prepared;
  readonly values: readonly unknown[];
  readonly rows: Row[];
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The part of pg's connection that its own queries and those of pg-cursor work on. */
interface Wire {
  readonly stream: NodeJS.WritableStream;
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
}

interface FieldDescription {
  readonly name: string;
  readonly dataTypeID: number;
}

/** What a connection knows of a prepared statement. */
interface Prepared {
  readonly text: string;
  shape: Shape | undefined;
}

const preparedOn = new WeakMap<PoolClient, Map<string, Prepared>>();
const NO_ROWS: Shape = { names: [], parsers: [] };

/**
 * The statements of one transaction. Those of one turn travel together, with one Sync at their end: the server answers
 * with one packet and wakes this process once, where pg's own queries cost a packet, a wake-up and a description of the
 * rows each. Once a statement has failed, the ones after it fail with the same error, as PostgreSQL has it.
 */
export class Pipeline {
  private readonly prepared: Map<string, Prepared>;
  private group: Step[] | undefined;
  private readonly pending: Promise<unknown>[] = [];
  private failed: { readonly error: unknown } | undefined;

  constructor(private readonly client: PoolClient) {
    let prepared = preparedOn.get(client);
    if (!prepared) preparedOn.set(client, (prepared = new Map()));
    this.prepared = prepared;
  }

  query<R>(statement: Statement, values: readonly unknown[]): Promise<readonly R[]> {
    const rows = new Promise<Row[]>((resolve, reject) => {
      const step = this.step(statement, values, resolve, reject);
      if (this.group) return void this.group.push(step);
      this.group = [step];
      // Runs when the microtasks of this turn are done.
      process.nextTick(() => this.send());
    });
    // Whoever leaves a query un-awaited hears of its failure from `settled`.
    rows.catch((error: unknown) => (this.failed ??= { error }));
    this.pending.push(rows);
    return rows as Promise<never>;
  }

  /** Throws what a statement has failed with, as far as that is known. */
  throwIfFailed(): void {
    if (this.failed) throw this.failed.error;
  }

  /** Resolves when all statements have succeeded, rejects with the error of the first that failed. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** Resolves when nothing is on its way, whatever became of it. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  private step(statement: Statement, values: readonly unknown[], resolve: Step['resolve'], reject: Step['reject']): Step {
    this.throwIfFailed();
    try {
      let prepared = this.prepared.get(statement.name);
      if (!prepared) this.prepared.set(statement.name, (prepared = { text: statement.text, shape: undefined }));
      if (prepared.text !== statement.text)
        throw new TypeError(`Two statements are named "${statement.name}": each needs a name of its own`);
      return { name: statement.name, prepared, values: values.map((value) => prepareValue(value)), rows: [], resolve, reject };
    } catch (error) {
      this.failed = { error };
      throw error;
    }
  }

  private send(): void {
    const steps = this.group ?? [];
    this.group = undefined;
    this.client.query(new StatementGroup(steps, this.client));
  }
}

/** Statements that share a Sync, as one query of a pg client in pipeline mode. */
class StatementGroup extends Query {
  /** Of the statement that is answered next: by these two the client keeps its books of what the server has parsed. */
  protected name: string | undefined;
  protected text: string | undefined;
  private position = 0;
  private wire: Wire | undefined;

  constructor(
    private readonly steps: readonly Step[],
    private readonly client: PoolClient,
  ) {
    super('');
    this.goTo(0);
  }

  override submit = (connection: unknown): null => {
    const wire = connection as Wire;
    this.wire = wire;
    const frames: Buffer[] = [];
    for (const { name, prepared, values } of this.steps) {
      if (wire.parsedStatements[name] === undefined && wire.submittedNamedStatements[name] === undefined) {
        frames.push(serialize.parse({ name, text: prepared.text }));
        wire.submittedNamedStatements[name] = prepared.text;
      }
      frames.push(serialize.bind({ statement: name, values: values as unknown[] }));
      if (!prepared.shape) frames.push(serialize.describe({ type: 'P' }));
      frames.push(serialize.execute());
    }
    frames.push(serialize.sync());
    wire.stream.write(Buffer.concat(frames));
    return null;
  };

  handleRowDescription({ fields }: { fields: readonly FieldDescription[] }): void {
    if (!this.current) return;
    this.current.prepared.shape = {
      names: fields.map((field) => field.name),
      parsers: fields.map((field) => this.client.getTypeParser(field.dataTypeID, 'text') as (value: string) => unknown),
    };
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const step = this.current;
    if (!step) return;
    const { names, parsers } = step.prepared.shape ?? NO_ROWS;
    const row: Row = {};
    try {
      for (let index = 0; index < names.length; index += 1) {
        const value = fields[index] ?? null;
        row[names[index] as string] = value === null ? null : parsers[index]?.(value);
      }
    } catch (error) {
      // The statement has been executed and the next ones will be: its own caller is told.
      step.reject(error);
    }
    step.rows.push(row);
  }

  handleCommandComplete(): void {
    const step = this.current;
    if (!step) return;
    step.prepared.shape ??= NO_ROWS;
    this.goTo(this.position + 1);
    step.resolve(step.rows);
  }

  handleReadyForQuery(): void {
    if (this.current) this.handleError(new Error('PostgreSQL left a statement unanswered'));
  }

  /** PostgreSQL skips what follows a failed statement up to the Sync. */
  handleError(error: Error): void {
    const failed = this.steps.slice(this.position);
    this.goTo(this.steps.length);
    for (const { name, reject } of failed) {
      if (this.wire) delete this.wire.submittedNamedStatements[name];
      reject(error);
    }
  }

  private goTo(position: number): void {
    this.position = position;
    this.name = this.current?.name;
    this.text = this.current?.prepared.text;
  }

  private get current(): Step | undefined {
    return this.steps[this.position];
  }
}

/** The server has said so itself, and lives: what it refused was not done. */
export const refusedByServer = (error: unknown): boolean => error instanceof DatabaseError && !error.code?.startsWith('57P');
