import { z } from 'zod';

/** Opaque to callers, so that what a page is ordered by may change. */
export const encodeCursor = (key: string) => Buffer.from(key, 'utf8').toString('base64url');

/** Query parameters of a list read page by page: `PageQuery.extend({ ... })`. `after` arrives decoded. */
export const PageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .meta({ description: 'At most this many items', example: 100 }),
  after: z
    .string()
    .max(500)
    .transform((cursor, context) => {
      const key = Buffer.from(cursor, 'base64url').toString('utf8');
      // Encoding again finds what is no base64url; PostgreSQL takes no NUL.
      if (cursor !== '' && encodeCursor(key) === cursor && !key.includes('\0')) return key;
      context.addIssue({ code: 'custom', message: 'must be the `next` of an earlier page' });
      return z.NEVER;
    })
    .optional()
    .meta({ description: '`next` of the page before' }),
});

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it as `after` for the following page; null on the last one. */
  readonly next: string | null;
}

/** Makes a page of `limit` items from a query for one more than that. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
