import type { Flow, FlowMap, FlowPart, FlowWait } from './part';
import { timelineOf, type FollowedMessage } from './timeline';

/** Something that should happen next. */
export interface ExpectedNext {
  readonly service: string;
  /** The part of the flow's map. */
  readonly part: string;
  /** It says one of these. */
  readonly says: readonly string[];
  /** The id of the message it acts on; of an initiator whose deadline has passed, of the one it waits since. */
  readonly because: string;
  /** `undefined`: nobody has set a deadline. */
  readonly until: Date | undefined;
  readonly overdue: boolean;
}

export interface FollowedFlow {
  readonly flow: string;
  /** Its end has been said. Something may still be expected: a retriable part, or one that is yet to hear of the end. */
  readonly ended: boolean;
  readonly expected: readonly ExpectedNext[];
  /** Something expected is overdue. */
  readonly overdue: boolean;
}

export interface FollowedConversation {
  readonly timeline: readonly FollowedMessage[];
  /** The flows that the conversation runs in, by name. */
  readonly flows: readonly FollowedFlow[];
}

/**
 * Where a conversation is on the map: what happened, what is expected next and from whom, and until when. Takes all messages
 * of one conversation known so far, in any order and with duplicates. No clock: `now` is given.
 *
 * A part is expected to say something once it has been told something, until anything it may say has been said. So one that
 * rightly keeps silent looks as if it were under way; of a saga that is parked, or written by hand, messages tell nothing.
 * The deadline of a command is its sender's wait since it was last sent, without the longer waits of later attempts; of a
 * reaction, the initiator's.
 */
export function follow({ flows }: FlowMap, messages: readonly FollowedMessage[], now: Date): FollowedConversation {
  const timeline = timelineOf(messages);
  const followed = flows.flatMap((flow) => {
    const said = timeline.filter((message) => message.flow === flow.name);
    return said.length > 0 ? [followFlow(flow, said, now)] : [];
  });
  return { timeline, flows: followed };
}

function followFlow(flow: Flow, said: readonly FollowedMessage[], now: Date): FollowedFlow {
  const types = new Set(said.map(({ type }) => type));
  const happened = (names: readonly string[]) => names.some((name) => types.has(name));
  const ending = flow.parts.filter((part) => isInitiator(part) || (part.ends && part.emits.length === 0));
  const ended = ending.some((part) => happened(endsOf(part)));

  const due = flow.parts.flatMap((part): Omit<ExpectedNext, 'overdue'>[] => {
    const says = answersOf(flow, part);
    const because = said.find(({ type }) => part.on.includes(type));
    if (!because || says.length === 0 || happened(says) || (ended && part.role === 'coordinator')) return [];
    return [{ service: part.service, part: part.name, says, because: because.id, until: untilOf(flow, part, said) }];
  });
  const asking = flow.parts.flatMap((part): Omit<ExpectedNext, 'overdue'>[] => {
    const asks = part.role === 'peer' ? (part.waits?.asks ?? part.waits?.says) : undefined;
    const since = said.find(({ type }) => type === part.waits?.since);
    if (asks === undefined || !since || ended || happened([...part.on, asks])) return [];
    const until = deadlineOf(part.waits, said);
    return until && until < now ? [{ service: part.service, part: part.name, says: [asks], because: since.id, until }] : [];
  });
  const expected = [...due, ...asking].map((each) => ({ ...each, overdue: each.until !== undefined && each.until < now }));
  const over = ended || (ending.length === 0 && expected.length === 0);
  return { flow: flow.name, ended: over, expected, overdue: expected.some(({ overdue }) => overdue) };
}

/** An initiator says the end; one that owns the pivot says more than that. */
const endsOf = ({ role, waits, emits, on }: FlowPart) => {
  if (role !== 'peer' || !waits) return on;
  return waits.says === undefined ? emits : waits.for;
};

const isInitiator = ({ role, waits }: FlowPart) => role === 'peer' && waits !== undefined;

/** What tells that a part has acted: of a saga's position its command, of all others an event where they say any. */
function answersOf({ messages }: Flow, { role, emits, ends }: FlowPart): readonly string[] {
  if (role === 'coordinator') return ends ? [] : emits;
  const events = emits.filter((name) => messages.some((message) => message.name === name && message.kind === 'event'));
  return events.length > 0 ? events : emits;
}

function untilOf(flow: Flow, part: FlowPart, said: readonly FollowedMessage[]): Date | undefined {
  const asked = said.findLast(({ type }) => part.on.includes(type));
  const sender = flow.parts.find(({ role, emits, waits }) => role === 'coordinator' && waits && asked && emits.includes(asked.type));
  return asked && sender?.waits ? later(asked.sentAt, sender.waits.deadlineMs) : initiatorsDeadline(flow, said);
}

function initiatorsDeadline({ parts }: Flow, said: readonly FollowedMessage[]): Date | undefined {
  const [deadline] = parts.filter(isInitiator).flatMap(({ waits }) => deadlineOf(waits, said) ?? []);
  return deadline;
}

function deadlineOf(waits: FlowWait | undefined, said: readonly FollowedMessage[]): Date | undefined {
  const since = said.find(({ type }) => type === waits?.since);
  return waits && since && later(since.sentAt, waits.deadlineMs);
}

const later = (time: Date, ms: number) => new Date(time.getTime() + ms);
