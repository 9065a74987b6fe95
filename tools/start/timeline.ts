import { readUntil } from '../rest/read-until';
import { table } from '../table';

export interface TimelineEntry {
  readonly at: string;
  readonly input: string;
  /** What happened, of many kinds; what was sent, why something was refused and the states it passed through are shown. */
  readonly events: readonly { readonly type: string; readonly message?: unknown; readonly reason?: unknown; readonly label?: unknown }[];
  readonly state: string;
}

interface SagaView {
  readonly endedAt: string | null;
  readonly timeline: readonly TimelineEntry[];
}

/** A saga's story from the orchestrator; waits until it has ended (an order may end a moment before its saga). */
export async function fetchTimeline(orchestratorUrl: string, orderId: string): Promise<readonly TimelineEntry[]> {
  return (await readUntil<SagaView>(orchestratorUrl, `/sagas/${orderId}`, ({ endedAt }) => endedAt !== null)).timeline;
}

/** One row per message that came in: when, what it was, what was sent because of it, and the states it came to. */
export function timelineTable(entries: readonly TimelineEntry[]): string {
  const start = Date.parse(entries[0]?.at ?? '');
  const rows = entries.map(({ at, input, events, state }) => {
    const refusal = events.find(({ type }) => type === 'refused');
    const sent = events.filter(({ type }) => type === 'sent').map(({ message }) => String(message));
    const states = new Set([...events.flatMap(({ label }) => (typeof label === 'string' ? [label] : [])), state]);
    const cameIn = refusal ? `${input} (${String(refusal.reason)})` : input;
    return [`${Date.parse(at) - start} ms`, cameIn, sent.join(', ') || '-', [...states].join(' -> ')];
  });
  return table([['after', 'came in', 'sent', 'state'], ...rows]);
}
