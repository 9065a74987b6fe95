import { Conditions, liveOf } from '../rows/conditions';
import { money } from '../rows/pages';
import type { Reads } from '../rows/reads';
import { RESOLUTION_BUCKETS, type ClaimCount } from './claims-view';
import type { PeriodQuery } from './claim-views';

/** Of all days of a period. */
type Sum = Omit<ClaimCount, 'day'>;

/** Of the claims opened in a period; from sums by day, however many claims there are. */
export async function claimStats(reads: Reads, { from, to }: PeriodQuery) {
  const where = new Conditions()
    .add(`generation = ${liveOf('claims')}`)
    .when(from, (day) => `day >= ${day}::date`)
    .when(to, (day) => `day <= ${day}::date`);
  const sums = await reads.query<Sum>(
    `SELECT dimension, key, currency, sum(claims)::float8 AS claims, sum(seconds)::float8 AS seconds, sum(amount)::float8 AS amount
     FROM views.claim_day WHERE ${where} GROUP BY dimension, key, currency HAVING sum(claims) <> 0 ORDER BY dimension, key, currency`,
    where.values,
  );
  const of = (dimension: string) => sums.filter((each) => each.dimension === dimension);
  const byKey = (dimension: string) => Object.fromEntries(of(dimension).map(({ key, claims }) => [key, claims]));
  const total = (rows: readonly Sum[], measure: 'claims' | 'seconds') => rows.reduce((all, row) => all + row[measure], 0);
  const resolutions = of('resolution');
  const resolved = total(resolutions, 'claims');
  return {
    claims: total(of('status'), 'claims'),
    byStatus: byKey('status'),
    byReason: byKey('reason'),
    resolution: {
      resolved,
      averageSeconds: resolved === 0 ? null : total(resolutions, 'seconds') / resolved,
      within: [...RESOLUTION_BUCKETS, null].map((seconds) => ({
        seconds,
        claims: resolutions.find(({ key }) => key === String(seconds ?? 'more'))?.claims ?? 0,
      })),
    },
    refunds: of('refund').map(({ key, currency, claims, amount }) => ({
      state: key,
      claims,
      amount: money(amount, currency === '' ? null : currency),
    })),
  };
}
