import type { StoredEvent } from '@comptoir/event-store';

/** Helpers of folds that do not depend on the order of events. */

/** The earlier of what is known and now. */
export const earliest = (known: Date | null, now: Date): Date => (known && known <= now ? known : now);

/** The later of what is known and now. */
export const latest = (known: Date | null, now: Date): Date => (known && known >= now ? known : now);

/** UTC. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** Which version of its stream a field was last set by: a later one wins, whenever it comes. */
export type Versions = Readonly<Record<string, number>>;

/** The row with `change`, unless a later event of the stream has set `field` before. */
export function setBy<Row extends { readonly versions: Versions }>(
  row: Row,
  field: string,
  { version }: Pick<StoredEvent, 'version'>,
  change: Partial<Row>,
): Row {
  return version < (row.versions[field] ?? 0) ? row : { ...row, ...change, versions: { ...row.versions, [field]: version } };
}
