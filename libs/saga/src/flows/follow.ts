import { answersOf, isInitiator } from './answers';
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
  /** From when on a flow that has not ended is late: the first `until`, or the initiator's deadline. `undefined`: never. */
  readonly lateFrom: Date | undefined;
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
 * A part is expected to say something once it has been told something, until anything it may say has been said, or until it
 * has been undone. So one that rightly keeps silent looks as if it were under way; of a saga that is parked, or written by
 * hand, messages tell nothing. Where only events are known, follow them on `eventsOnly(map)`.
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
  const ended = ending.some((part) => happened(isInitiator(part) ? part.emits : part.on));
  const isOver = overIn(flow, happened);

  const due = flow.parts.flatMap((part): Omit<ExpectedNext, 'overdue'>[] => {
    const says = answersOf(flow, part);
    const told = said.filter(({ type }) => part.on.includes(type) && !isOver(part, type));
    const [because] = told;
    if (!because || says.length === 0 || happened(says) || (ended && isCommanded(part))) return [];
    const until = untilOf(flow, part, told, said);
    // Who is asked when a wait is over is asked by nobody before.
    if (isAsked(part) && (happened(part.waits?.for ?? []) || !until || until >= now)) return [];
    return [{ service: part.service, part: part.name, says, because: because.id, until }];
  });
  const asking = flow.parts.flatMap((part): Omit<ExpectedNext, 'overdue'>[] => {
    const asks = part.role === 'peer' ? part.waits?.asks : undefined;
    const since = said.find(({ type }) => type === part.waits?.since);
    if (asks === undefined || !since || ended || happened([...part.on, asks])) return [];
    const until = deadlineOf(part.waits, said);
    return until && until < now ? [{ service: part.service, part: part.name, says: [asks], because: since.id, until }] : [];
  });
  const expected = [...due, ...asking].map((each) => ({ ...each, overdue: each.until !== undefined && each.until < now }));
  const over = ended || (ending.length === 0 && expected.length === 0);
  const untils = over ? [] : [...expected.map(({ until }) => until), initiatorsDeadline(flow, said)].flatMap((until) => until?.getTime() ?? []);
  return {
    flow: flow.name,
    ended: over,
    expected,
    overdue: expected.some(({ overdue }) => overdue),
    lateFrom: untils.length > 0 ? new Date(Math.min(...untils)) : undefined,
  };
}

/** Told by commands, of a saga or of an initiator, as far as the map knows: when the flow has ended there are none any more. */
const isCommanded = ({ role, waits }: FlowPart) => role === 'coordinator' || (role !== 'peer' && waits !== undefined);
const isAsked = ({ role, waits }: FlowPart) => role !== 'peer' && waits?.since !== undefined;

/**
 * Whether what a part was told leads to nothing any more: the part itself has been undone, or, where it is a step on the way
 * to the flow's end, what it was told of has been.
 */
function overIn({ parts }: Flow, happened: (names: readonly string[]) => boolean): (part: FlowPart, type: string) => boolean {
  const undone = new Set(
    parts.filter((part) => parts.some(({ service, undoes, emits }) => undoes === part.name && service === part.service && happened(emits))),
  );
  const takenBack = (type: string) => {
    const sayers = parts.filter(({ emits, refusals }) => emits.includes(type) && !refusals.includes(type));
    return sayers.length > 0 && sayers.every((sayer) => undone.has(sayer));
  };
  const isStep = ({ role, kind }: FlowPart) => role === 'coordinator' || kind === 'compensatable' || kind === 'pivot';
  return (part, type) => undone.has(part) || (isStep(part) && takenBack(type));
}

function untilOf(flow: Flow, part: FlowPart, told: readonly FollowedMessage[], said: readonly FollowedMessage[]): Date | undefined {
  const last = told.at(-1);
  if (isAsked(part)) return deadlineOf(part.waits, said);
  const own = isCommanded(part) && part.role !== 'coordinator' ? part.waits : undefined;
  const sender = flow.parts.find(({ role, emits, waits }) => role === 'coordinator' && waits && last && emits.includes(last.type));
  const wait = own ?? sender?.waits;
  return last && wait ? later(last.sentAt, wait.deadlineMs) : initiatorsDeadline(flow, said);
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
