import type { System } from './system';

/** What the company's log has of refunds. */
interface Told {
  readonly id: string;
  readonly type: string;
  readonly refundId: string | null;
  /** The message that led to it. */
  readonly cause: string | null;
}

/** Each event on the left is answered exactly once, by one of those on the right. */
const ANSWERS: readonly (readonly [on: readonly string[], says: readonly string[]])[] = [
  [['claims.refund-requested'], ['payments.refund-calculated', 'payments.refund-refused']],
  [['payments.refund-calculated'], ['inventory.stock-returned', 'inventory.return-refused']],
  [['inventory.stock-returned'], ['payments.refund-issued', 'payments.refund-failed']],
  [['payments.refund-failed'], ['inventory.return-reversed']],
  [['inventory.return-refused', 'inventory.return-reversed'], ['payments.refund-hold-released']],
  [['payments.refund-issued', 'claims.claim-rejected'], ['notifications.customer-notified', 'notifications.notification-failed']],
];
const ENDS = ['claims.claim-settled', 'claims.refund-failed'];
/** What payments answers when it is asked to close one: the command is in nobody's log. */
const CLOSED = ['payments.refund-issued', 'payments.refund-failed'];
const TYPES = [...new Set([...ANSWERS.flat(2), ...ENDS])];

/**
 * Reads the log, which must be complete: every part of every refund was told exactly once, although messages came twice and
 * processes died. An event that was handled twice has two answers; one that was lost has none. Of a claim each refund has
 * one end, however often payments says it.
 */
export async function refundMiscounts(system: System): Promise<readonly string[]> {
  const text = `SELECT event_id::text AS id, type, data ->> 'refundId' AS "refundId", metadata ->> 'causationId' AS cause
    FROM event_store.event WHERE type = ANY ($1::text[])`;
  const all = await system.rows<Told>('event-store', text, [TYPES]);
  const found: string[] = [];
  const wrong = (what: string, { id, refundId }: Pick<Told, 'id' | 'refundId'>, count: number) =>
    count === 1 || found.push(`${what} of refund ${refundId} (${id}): answered ${count} times`);
  const caused = grouped(all, ({ cause }) => cause);
  for (const [on, says] of ANSWERS)
    for (const event of all.filter(({ type }) => on.includes(type)))
      wrong(event.type, event, (caused.get(event.id) ?? []).filter(({ type }) => says.includes(type)).length);
  const known = new Set(all.map(({ id }) => id));
  for (const [cause, answers] of caused)
    if (cause !== null && !known.has(cause)) {
      const told = answers.filter(({ type }) => CLOSED.includes(type));
      if (told[0]) wrong('a CloseRefund', { ...told[0], id: cause }, told.length);
    }
  const ends = grouped(all.filter(({ type }) => ENDS.includes(type)), ({ refundId }) => refundId);
  for (const event of all.filter(({ type }) => type === 'claims.refund-requested'))
    wrong('the end', event, (ends.get(event.refundId) ?? []).length);
  return [...found, ...(await mistold(system, all))];
}

/** One notification per refund that was paid out, and per claim that was rejected. */
async function mistold(system: System, all: readonly Told[]): Promise<readonly string[]> {
  const rejected = await system.rows<{ id: string }>('claims', `SELECT claim_id::text AS id FROM claims.claim WHERE status = 'REJECTED'`);
  const due = new Set([
    ...all.flatMap(({ type, refundId }) => (type === 'payments.refund-issued' && refundId ? [refundId] : [])),
    ...rejected.map(({ id }) => id),
  ]);
  const text = `SELECT cause_id::text AS cause, count(*)::int AS count FROM notifications.notification WHERE state = 'sent' GROUP BY 1`;
  const sent = await system.rows<{ cause: string; count: number }>('notifications', text);
  const counts = new Map(sent.map(({ cause, count }) => [cause, count]));
  return [...new Set([...due, ...counts.keys()])].flatMap((cause) => {
    const [is, should] = [counts.get(cause) ?? 0, due.has(cause) ? 1 : 0];
    return is === should ? [] : [`the customer was told ${is} times of ${cause}, it should have been ${should}`];
  });
}

function grouped<K>(all: readonly Told[], keyOf: (told: Told) => K): ReadonlyMap<K, Told[]> {
  const groups = new Map<K, Told[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}
