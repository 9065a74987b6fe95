import { ForeignEvent, type EventTypes, type Happened, type Projection } from '@comptoir/event-store';
import { withCommit, type SqlTransaction } from '@comptoir/messaging';
import type { FlowMap } from '@comptoir/saga';
import { FLOW_MAP } from './flow-map';
import { happeningOf, type Happening } from './happening';
import { runKey, runOf, saidAlso, saidKey, type Said } from './run';
import { addMessages, clearGeneration, readSaid, writeRuns, writeSaid } from './tables';

export const CONVERSATIONS = 'conversations';

/**
 * All conversations, orchestrated or not, as the map of flows tells where they are. Two round trips per batch; what a run costs
 * does not grow with what has been said in it. Which runs are stuck follows from the map as it was when something was last said
 * in them: after a change of deadlines, rebuild it.
 */
export function conversationsView(map: FlowMap): Projection<SqlTransaction> & { readonly tables: readonly string[] } {
  return {
    name: CONVERSATIONS,
    version: 1,
    events: eventsOn(map),
    // With their schema: they are none of the views' own.
    tables: ['conversations.message', 'conversations.said', 'conversations.run'],

    async batch(events, tx, generation) {
      const happenings = events.flatMap((event) => happeningOf(event) ?? []);
      if (happenings.length === 0) return;
      const runs = [...new Map(happenings.map((each) => [runKey(each), each])).values()];
      const before = await readSaid(tx, generation, runs.map(({ conversation }) => conversation), runs.map(({ flow }) => flow));
      write(tx, generation, map, happenings, before);
    },

    async clear(tx, generation) {
      await clearGeneration(tx, generation);
    },
  };
}

export const conversations = conversationsView(FLOW_MAP);

/** Nobody else writes meanwhile: the projector holds the generation. Not awaited: it travels with the commit. */
function write(tx: SqlTransaction, generation: number, map: FlowMap, happenings: readonly Happening[], before: readonly Said[]): void {
  const said = new Map(before.map((each) => [saidKey(each), each]));
  const changed = new Set<string>();
  for (const happening of happenings) {
    const key = saidKey(happening);
    said.set(key, saidAlso(said.get(key), happening));
    changed.add(key);
  }
  const byRun = new Map<string, Said[]>();
  for (const each of said.values()) {
    const run = byRun.get(runKey(each));
    if (run) run.push(each);
    else byRun.set(runKey(each), [each]);
  }
  withCommit(addMessages(tx, generation, JSON.stringify(happenings)));
  withCommit(writeSaid(tx, generation, JSON.stringify([...changed].map((key) => said.get(key)))));
  withCommit(writeRuns(tx, generation, JSON.stringify([...byRun.values()].map((run) => runOf(map, run)))));
}

/** Every event on the map, by its envelope: whatever its body has become, it happened. Nothing is stored by these types. */
function eventsOn({ flows }: FlowMap): EventTypes {
  const names = [...new Set(flows.flatMap(({ messages }) => messages).flatMap(({ kind, name }) => (kind === 'event' ? [name] : [])))].sort();
  return {
    names,
    read: (stored) => stored as Happened,
    toStore({ type: { name } }) {
      throw new ForeignEvent(`${name} is not stored by who follows conversations`, { type: name });
    },
  };
}
