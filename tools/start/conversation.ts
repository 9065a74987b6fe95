import { readUntil } from '../rest/read-until';
import { table } from '../table';

interface Said {
  readonly id: string;
  readonly type: string;
  readonly flow: string;
  readonly at: string;
  readonly by: string;
  readonly causedBy: string | null;
  readonly summary: string;
}

export interface Conversation {
  readonly flows: readonly { readonly flow: string; readonly ended: boolean; readonly expected: readonly unknown[] }[];
  readonly timeline: readonly Said[];
}

/** A conversation as the read side knows it; waits until it has heard of its end, and of everything that is still to follow. */
export const fetchConversation = (viewsUrl: string, conversationId: string): Promise<Conversation> =>
  readUntil<Conversation>(viewsUrl, `/conversations/${conversationId}`, ({ flows }) =>
    flows.every(({ ended, expected }) => ended && expected.length === 0),
  );

/** Who reads along knows which order, claim and refund it is about. */
const withoutIds = (summary: string) =>
  summary
    .split(', ')
    .filter((each) => !/^\w+Id: [0-9a-f]{8}-[0-9a-f-]{27}$/.test(each))
    .join(', ');

/** One row per event: when, who said what, and because of which other event. Causes are numbered by row. */
export function conversationTable({ timeline }: Conversation): string {
  const start = Date.parse(timeline[0]?.at ?? '');
  const numbers = new Map(timeline.map(({ id }, index) => [id, String(index + 1)]));
  const rows = timeline.map(({ id, at, by, type, causedBy, summary }) => [
    numbers.get(id) ?? '',
    `${Date.parse(at) - start} ms`,
    by,
    type,
    (causedBy && numbers.get(causedBy)) ?? '-',
    withoutIds(summary),
  ]);
  return table([['', 'after', 'who', 'said', 'because of', 'in short'], ...rows]);
}
