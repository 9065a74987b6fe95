import { Conditions, liveOf } from '../rows/conditions';
import type { Queries, Reads } from '../rows/reads';
import { CLAIM_STATUSES } from './claim-row';
import { CLAIM_COLUMNS, claimView, type BoardQuery, type ShownClaim } from './claim-views';

/** How many claims each column has, and those in which something happened last. */
export async function claimBoard(reads: Reads, { assignee, limit }: BoardQuery) {
  const { counts, items } = await reads.atOneMoment(async (moment) => ({
    counts: await countsOf(moment, assignee),
    items: await latestOf(moment, assignee, limit),
  }));
  return CLAIM_STATUSES.map((status) => ({
    status,
    count: counts.find((each) => each.status === status)?.count ?? 0,
    items: items.filter((each) => each.status === status).map(claimView),
  }));
}

interface Count {
  readonly status: string;
  readonly count: number;
}

/** Of everybody's claims by the sums, of one person's by their index. */
function countsOf(queries: Queries, assignee: string | undefined): Promise<readonly Count[]> {
  if (assignee === undefined)
    return queries.query<Count>(
      `SELECT key AS status, sum(claims)::int AS count FROM views.claim_day
       WHERE generation = ${liveOf('claims')} AND dimension = 'status' GROUP BY key`,
    );
  return queries.query<Count>(
    `SELECT status, count(*)::int AS count FROM views.claim
     WHERE generation = ${liveOf('claims')} AND assignee = $1 AND opened_at IS NOT NULL GROUP BY status`,
    [assignee],
  );
}

function latestOf(queries: Queries, assignee: string | undefined, limit: number): Promise<readonly ShownClaim[]> {
  const where = new Conditions().when(assignee, (value) => `AND assignee = ${value}`);
  return queries.query<ShownClaim>(
    `SELECT c.* FROM unnest(${where.value(CLAIM_STATUSES)}::text[]) AS s (wanted)
     CROSS JOIN LATERAL (
       SELECT ${CLAIM_COLUMNS} FROM views.claim
       WHERE generation = ${liveOf('claims')} AND status = s.wanted AND opened_at IS NOT NULL ${where}
       ORDER BY updated_at DESC, claim_id DESC LIMIT ${where.value(limit)}
     ) AS c`,
    where.values,
  );
}
