import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { Generation, ParkedEvent, ProjectionStore } from '../projection';

const COLUMNS = 'name, generation, version, position::float8 AS position, live';

/** Several processes may begin at once: they come up with the same number, and one of them wins. */
const insert = statement(
  'projection-begin',
  `INSERT INTO projection.generation (name, generation, version, position, live)
   SELECT $1, coalesce(max(g.generation), 0) + 1, $2::int, 0, count(g.generation) = 0
   FROM (VALUES ($1::text)) AS p (name) LEFT JOIN projection.generation g ON g.name = p.name
   HAVING count(g.generation) = 0 OR max(g.version) < $2::int OR ($3::boolean AND max(g.version) = $2::int
     AND max(g.generation) = max(g.generation) FILTER (WHERE g.live))
   ON CONFLICT (name, generation) DO NOTHING`,
);

const select = statement<Generation>(
  'projection-generations',
  `SELECT ${COLUMNS} FROM projection.generation WHERE name = $1 ORDER BY generation.generation`,
);

const lock = statement<Generation>(
  'projection-take',
  `SELECT ${COLUMNS} FROM projection.generation WHERE name = $1 AND generation = $2::int FOR UPDATE SKIP LOCKED`,
);

const lockWaiting = statement<Generation>(
  'projection-take-waiting',
  `SELECT ${COLUMNS} FROM projection.generation WHERE name = $1 AND generation = $2::int FOR UPDATE`,
);

const update = statement(
  'projection-advance',
  'UPDATE projection.generation SET position = $3::bigint WHERE name = $1 AND generation = $2::int',
);

const remove = statement<{ readonly generation: number }>(
  'projection-remove-before',
  'DELETE FROM projection.generation WHERE name = $1 AND generation < $2::int RETURNING generation',
);

const publish = statement(
  'projection-publish',
  'UPDATE projection.generation SET live = true WHERE name = $1 AND generation = $2::int',
);

const insertParked = statement(
  'projection-park',
  `INSERT INTO projection.parked (name, generation, position, event_id, stream, type, error)
   VALUES ($1, $2::int, $3::bigint, $4::uuid, $5, $6, $7)`,
);

const deleteParked = statement<{ readonly position: string }>(
  'projection-unpark',
  'DELETE FROM projection.parked WHERE name = $1 AND generation = $2::int AND position = $3::bigint RETURNING position',
);

const count = statement<{ readonly parked: number }>(
  'projection-count-parked',
  'SELECT count(*)::int AS parked FROM projection.parked WHERE name = $1 AND generation = $2::int',
);

const selectParked = statement<ParkedEvent>(
  'projection-parked',
  `SELECT name, generation, position::float8 AS position, event_id::text AS "eventId", stream, type, error
   FROM projection.parked WHERE name = $1 ORDER BY parked.generation, parked.position`,
);

/** Projections' checkpoints in PostgreSQL, in the schema `projection` (prisma/projection). */
export const postgresProjectionStore: ProjectionStore<SqlTransaction> = {
  begin: async (tx, name, version, rebuild = false) => void (await insert(tx, name, version, rebuild)),
  generations: (tx, name) => select(tx, name),
  take: async (tx, name, generation, { wait = false } = {}) => (await (wait ? lockWaiting : lock)(tx, name, generation))[0],
  advance: async (tx, name, generation, position) => void (await update(tx, name, generation, position)),

  async swap(tx, name, generation) {
    const [removed] = await Promise.all([remove(tx, name, generation), publish(tx, name, generation)]);
    return removed.map((row) => row.generation).sort((a, b) => a - b);
  },

  park: async (tx, { name, generation, position, eventId, stream, type, error }) =>
    void (await insertParked(tx, name, generation, position, eventId, stream, type, error)),
  unpark: async (tx, name, generation, position) => (await deleteParked(tx, name, generation, position)).length > 0,
  countParked: async (tx, name, generation) => (await count(tx, name, generation))[0]?.parked ?? 0,
  parked: (tx, name) => selectParked(tx, name),
};
