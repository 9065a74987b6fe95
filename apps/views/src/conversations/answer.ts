import type { Page } from '@comptoir/platform';
import { follow, type FlowMap } from '@comptoir/saga';
import { z } from 'zod';
import type { Happening } from './happening';
import { followRun, runOf, type Said } from './run';

const Expected = z.object({
  service: z.string().meta({ description: 'Who is expected to say something' }),
  part: z.string().meta({ description: 'Its part on the map of flows' }),
  says: z.array(z.string()).meta({ description: 'One of these' }),
  because: z.string().meta({ description: 'The id of the event that it acts on' }),
  until: z.iso.datetime().nullish().meta({ description: 'None: nobody has set a deadline' }),
  overdue: z.boolean(),
});

const of = {
  flow: z.string(),
  messages: z.int(),
  startedAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  ended: z.boolean().meta({ description: 'Its end has been said; something may still be expected' }),
  lateFrom: z.iso.datetime().nullable().meta({ description: 'From then on it is stuck, unless something is said before' }),
  overdue: z.boolean(),
  expected: z.array(Expected),
};
export const RunItem = z.object({ conversationId: z.string(), ...of });

export const Conversation = z.object({
  conversationId: z.string(),
  position: z.int().meta({ description: 'Of the log: everything up to here is in the answer' }),
  flows: z.array(z.object(of)),
  timeline: z
    .array(
      z.object({
        id: z.uuid(),
        position: z.int().meta({ description: 'In the log' }),
        type: z.string(),
        flow: z.string(),
        at: z.iso.datetime(),
        by: z.string(),
        causedBy: z.string().nullable().meta({ description: 'The id of the message that led to it; a command is not in the timeline' }),
        stream: z.string(),
        version: z.int(),
        summary: z.string().meta({ description: 'What it says, in short' }),
      }),
    )
    .meta({ description: 'In the order of time, causes before effects; a page at a time in the order of the log' }),
  next: z.string().nullable(),
});

export interface Asked {
  readonly conversationId: string;
  readonly at: { readonly now: Date; readonly position: number };
  /** What was said, by run. */
  readonly runs: readonly (readonly Said[])[];
  readonly page: Page<Happening>;
}

/** Pure: what is known of a conversation, as whoever asks sees it. */
export function answerOf(map: FlowMap, { conversationId, at: { now, position }, runs, page }: Asked) {
  const flows = runs.map((said) => {
    const { conversation: _, ...run } = runOf(map, said);
    const expected = followRun(map, said, now)?.expected ?? [];
    return { ...run, overdue: run.lateFrom !== null && run.lateFrom < now, expected };
  });
  return { conversationId, position, flows, timeline: timelineOf(page.items), next: page.next };
}

function timelineOf(happenings: readonly Happening[]) {
  const byId = new Map(happenings.map((each) => [each.eventId, each]));
  const messages = happenings.map(({ eventId, type, flow, saidAt, saidBy, causedBy }) => ({
    id: eventId, type, flow, sentAt: saidAt, sentBy: saidBy, causationId: causedBy ?? undefined,
  }));
  // Only for its order: on a map without flows.
  return follow({ flows: [] }, messages, new Date(0)).timeline.flatMap(({ id }) => {
    const happening = byId.get(id);
    if (!happening) return [];
    const { conversation: _, eventId: _id, saidAt, saidBy, ...more } = happening;
    return [{ id, at: saidAt, by: saidBy, ...more }];
  });
}
