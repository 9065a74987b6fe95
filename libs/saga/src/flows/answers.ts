import type { Flow, FlowPart } from './part';

/** What tells that a part has acted: of a saga's position its command, of all others an event where they say any. */
export function answersOf({ messages }: Pick<Flow, 'messages'>, { role, emits, ends }: FlowPart): readonly string[] {
  if (role === 'coordinator') return ends ? [] : emits;
  const events = emits.filter((name) => messages.some((message) => message.name === name && message.kind === 'event'));
  return events.length > 0 ? events : emits;
}

/** Waits for the end of a choreography that it began. */
export const isInitiator = ({ role, waits }: FlowPart) => role === 'peer' && waits !== undefined;

/** What ends a flow here. An initiator says the end; one that owns the pivot says more than that. */
export function endsOf({ role, waits, emits, on }: FlowPart): readonly string[] {
  if (role !== 'peer' || !waits) return on;
  return waits.says === undefined ? emits : waits.for;
}
