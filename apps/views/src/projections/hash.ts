import type { Reads } from '../rows/reads';
import type { View } from '../rows/row-projection';

export interface GenerationHash {
  readonly generation: number;
  readonly live: boolean;
  readonly position: number;
  readonly rows: number;
  /** Equal for equal read models, whichever generation they are. */
  readonly hash: string;
}

/**
 * What tells whether two generations say the same. The sum over all rows, so that no order is needed; sums that went back
 * to nothing count as not there. One statement: checkpoint and rows are of one moment.
 */
export function hashesOf(reads: Reads, view: View): Promise<readonly GenerationHash[]> {
  const digest = `('x' || left(md5((to_jsonb(t) - 'generation')::text), 15))::bit(60)::bigint::numeric`;
  // Sums that are all nothing: a build that came by another way may never have had them.
  const says = `EXISTS (SELECT FROM jsonb_each(to_jsonb(t) - 'generation') AS c WHERE jsonb_typeof(c.value) = 'number' AND c.value <> '0')`;
  const tables = view.tables.map(
    (table) => `SELECT '${table}' || ${digest}::text AS row FROM ${table.includes('.') ? table : `views.${table}`} t
      WHERE t.generation = g.generation ${table.endsWith('_day') ? `AND ${says}` : ''}`,
  );
  return reads.query<GenerationHash>(
    `SELECT g.generation, g.live, g.position, count(r.row)::int AS rows,
       md5(coalesce(sum(('x' || left(md5(r.row), 15))::bit(60)::bigint::numeric), 0)::text) AS hash
     FROM projection.generation g LEFT JOIN LATERAL (${tables.join(' UNION ALL ')}) AS r ON true
     WHERE g.name = $1 GROUP BY g.generation, g.live, g.position ORDER BY g.generation`,
    [view.name],
  );
}
