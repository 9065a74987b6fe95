declare module 'pg/lib/utils' {
  /** A parameter as PostgreSQL's text format has it; arrays as array literals, objects as JSON. */
  export function prepareValue(value: unknown): string | Buffer | null;
}
