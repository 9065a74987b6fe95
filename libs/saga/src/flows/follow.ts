import { endsOf } from './answers';
import { lookupOf, type FlowLookup } from './lookup';
import type { Flow, FlowMap, FlowPart } from './part';
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
  const lookup = lookupOf(flow);
  const { parts, initiators, endings } = lookup;
  const byType = byTypeOf(said);
  const happened = (names: readonly string[]) => names.some((name) => byType.has(name));
  const deadlineOf = ({ waits }: FlowPart) => {
    const since = waits?.since === undefined ? undefined : byType.get(waits.since)?.[0];
    return waits && since && later(since.sentAt, waits.deadlineMs);
  };
  const [initiatorsDeadline] = initiators.flatMap((part) => deadlineOf(part) ?? []);
  const ended = endings.some((part) => happened(endsOf(part)));
  const untilOf = (part: FlowPart, last: FollowedMessage) => {
    if (isAsked(part)) return deadlineOf(part);
    const wait = isCommanded(part) && part.role !== 'coordinator' ? part.waits : lookup.waiting.get(last.type)?.waits;
    return wait ? later(last.sentAt, wait.deadlineMs) : initiatorsDeadline;
  };

  const due = parts.flatMap(({ part, says, undone }): Omit<ExpectedNext, 'overdue'>[] => {
    if (says.length === 0 || happened(says) || happened(undone) || (ended && isCommanded(part))) return [];
    const told = said.filter(({ type }) => part.on.includes(type) && !(isStep(part) && isTakenBack(lookup, type, happened)));
    const [because, last] = [told[0], told.at(-1)];
    if (!because || !last) return [];
    const until = untilOf(part, last);
    // Who is asked when a wait is over is asked by nobody before.
    if (isAsked(part) && (happened(part.waits?.for ?? []) || !until || until >= now)) return [];
    return [{ service: part.service, part: part.name, says, because: because.id, until }];
  });
  const asking = initiators.flatMap((part): Omit<ExpectedNext, 'overdue'>[] => {
    const asks = part.waits?.asks ?? part.waits?.says;
    const since = byType.get(part.waits?.since ?? '')?.[0];
    if (asks === undefined || !since || ended || happened([...part.on, asks])) return [];
    const until = deadlineOf(part);
    return until && until < now ? [{ service: part.service, part: part.name, says: [asks], because: since.id, until }] : [];
  });
  const expected = [...due, ...asking].map((each) => ({ ...each, overdue: each.until !== undefined && each.until < now }));
  const over = ended || (endings.length === 0 && expected.length === 0);
  const untils = over ? [] : [...expected.map(({ until }) => until), initiatorsDeadline].flatMap((until) => until?.getTime() ?? []);
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

/** On the way to the flow's end: what it was told of leads to nothing any more when that has been undone. */
const isStep = ({ role, kind }: FlowPart) => role === 'coordinator' || kind === 'compensatable' || kind === 'pivot';

function isTakenBack({ sayersOf }: FlowLookup, type: string, happened: (names: readonly string[]) => boolean): boolean {
  const sayers = sayersOf.get(type) ?? [];
  return sayers.length > 0 && sayers.every(({ undone }) => happened(undone));
}

function byTypeOf(said: readonly FollowedMessage[]): ReadonlyMap<string, readonly FollowedMessage[]> {
  const byType = new Map<string, FollowedMessage[]>();
  for (const message of said) {
    const same = byType.get(message.type);
    if (same) same.push(message);
    else byType.set(message.type, [message]);
  }
  return byType;
}

const later = (time: Date, ms: number) => new Date(time.getTime() + ms);
