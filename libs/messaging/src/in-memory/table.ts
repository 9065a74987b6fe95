/** Rows by key, as one transaction sees them. Rows are copied in and out: changing one you got changes nothing. */
export interface Table<Row> {
  get(key: string): Row | undefined;
  has(key: string): boolean;
  set(key: string, row: Row): void;
  delete(key: string): boolean;
  /** In the order the keys were first set. */
  entries(): readonly (readonly [string, Row])[];
}

/** A transaction's changes over the committed rows. */
export class Changes<Row> implements Table<Row> {
  private readonly changed = new Map<string, Row | undefined>();

  constructor(
    private readonly committed: Map<string, Row>,
    private readonly check: () => void,
  ) {}

  get(key: string): Row | undefined {
    this.check();
    return structuredClone(this.changed.has(key) ? this.changed.get(key) : this.committed.get(key));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, row: Row): void {
    this.check();
    this.changed.set(key, structuredClone(row));
  }

  delete(key: string): boolean {
    const there = this.has(key);
    this.changed.set(key, undefined);
    return there;
  }

  entries(): readonly (readonly [string, Row])[] {
    const keys = new Set([...this.committed.keys(), ...this.changed.keys()]);
    return [...keys].flatMap((key) => {
      const row = this.get(key);
      return row === undefined ? [] : [[key, row] as const];
    });
  }

  commit(): void {
    for (const [key, row] of this.changed) {
      if (row === undefined) this.committed.delete(key);
      else this.committed.set(key, row);
    }
  }
}
