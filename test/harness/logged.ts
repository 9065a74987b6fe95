import { eventually } from '@comptoir/testing';
import { SERVICES } from '../../tools/services';
import type { System } from './system';

/** A stream that the log has otherwise than its owner counts it. */
interface Difference {
  readonly stream: string;
  readonly owner: string;
  readonly counted: number;
  readonly logged: number;
}

/** Waits until the company's log has every event that a service has counted, each once and in its place, and nothing besides. */
export const untilAllIsLogged = (system: System): Promise<void> =>
  eventually(async () => expect(await differences(system)).toEqual([]), { timeoutMs: 45_000, intervalMs: 250 });

async function differences(system: System): Promise<readonly Difference[]> {
  const logged = new Map<string, number>();
  const rows = await system.rows<{ stream: string; count: number; last: number }>(
    'event-store',
    `SELECT stream, count(*)::int AS count, max(version) AS last FROM event_store.event GROUP BY stream
     UNION ALL SELECT 'quarantine', count(*)::int, 0 FROM event_log.quarantine HAVING count(*) > 0
     UNION ALL SELECT 'held', count(*)::int, 0 FROM event_log.held HAVING count(*) > 0`,
  );
  for (const { stream, count, last } of rows) logged.set(stream, count === last ? count : NaN);
  const found: Difference[] = [];
  for (const owner of SERVICES)
    for (const { stream, counted } of await system.rows<{ stream: string; counted: number }>(owner, 'SELECT stream, version AS counted FROM messaging.stream')) {
      if (logged.get(stream) !== counted) found.push({ stream, owner, counted, logged: logged.get(stream) ?? 0 });
      logged.delete(stream);
    }
  return [...found, ...[...logged].map(([stream, count]) => ({ stream, owner: 'nobody', counted: 0, logged: count }))].slice(0, 10);
}
