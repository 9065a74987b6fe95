/** What queries read of a view; while it is rebuilt that stays the old generation, up to the swap. */
export const liveOf = (view: string) => `(SELECT generation FROM projection.generation WHERE name = '${view}' AND live)`;

/** The conditions of a query with optional filters, and their parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly all: string[] = [];

  /** A parameter; returns how SQL names it. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Adds a condition unless there is nothing to compare with. */
  when<T>(value: T | undefined, condition: (parameter: string) => string): this {
    if (value !== undefined) this.all.push(condition(this.value(value)));
    return this;
  }

  add(condition: string): this {
    this.all.push(condition);
    return this;
  }

  toString(): string {
    return this.all.join(' AND ');
  }
}
