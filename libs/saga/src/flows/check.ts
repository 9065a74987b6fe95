import { NO_FLOW } from '@comptoir/messaging';
import { labelOf, type Flow, type FlowMap } from './part';
import { consumersOf, downstream, reachedFrom } from './paths';

export type FlowFindingCode =
  | 'event-not-consumed'
  | 'event-without-source'
  | 'failure-without-end'
  | 'failure-not-undone'
  | 'failure-after-pivot'
  | 'wait-without-deadline'
  | 'deadline-asks-another'
  | 'compensation-missing'
  | 'several-pivots';

/** Something in a flow that cannot work. `code` is stable; `sentence` says what to do. */
export interface FlowFinding {
  readonly code: FlowFindingCode;
  readonly flow: string;
  /** The event, or the part's `<service>.<name>`. */
  readonly subject: string;
  readonly sentence: string;
}

type Check = (flow: Flow) => Omit<FlowFinding, 'flow'>[];

/** What cannot work in any flow of the map; none: every path of every flow comes to an end. In a stable order. */
export const checkFlows = ({ flows }: FlowMap): FlowFinding[] =>
  flows.flatMap((flow) => CHECKS.flatMap((check) => check(flow).map((finding) => ({ ...finding, flow: flow.name }))));

const notConsumed: Check = ({ parts, messages, name }) =>
  messages
    .filter(({ kind, terminal, name: event }) => kind === 'event' && !terminal && consumersOf(parts, event).length === 0)
    .map(({ name: event }) => ({
      code: 'event-not-consumed',
      subject: event,
      sentence: `Nobody consumes ${event} in ${name}: let somebody react to it, or declare it \`terminal: true\` in its contract.`,
    }));

const withoutSource: Check = ({ parts, messages, name }) =>
  messages
    .filter(({ kind, name: event }) => kind === 'event' && !parts.some(({ emits }) => emits.includes(event)))
    .map(({ name: event }) => ({
      code: 'event-without-source',
      subject: event,
      sentence: `${consumersOf(parts, event).map(labelOf).join(', ')} waits for ${event}, which nobody emits in ${name}: let its owner emit it, or do not wait for it.`,
    }));

/** Where somebody waits for the flow's end, its end is what they wait for; else a terminal event, or a saga's end. */
function isEnd(flow: Flow, event: string): boolean {
  const { parts } = flow;
  const awaited = parts.filter(({ role, waits }) => role === 'peer' && waits).flatMap(({ waits }) => waits?.for ?? []);
  if (awaited.length > 0) return awaited.includes(event);
  return isTerminal(flow, event) || consumersOf(parts, event).some(({ ends }) => ends);
}

const becauseOf = ({ parts }: Flow, event: string) =>
  reachedFrom([event], (message) => consumersOf(parts, message).flatMap(({ emits }) => emits));

const isTerminal = ({ messages }: Flow, event: string) => messages.some(({ name, terminal }) => name === event && terminal);

/** Refusals, and what is said of undoing. Of undoing nobody has to hear where its event is terminal: all undo on their own. */
const failures = (flow: Flow) => {
  const refused = flow.parts.flatMap(({ refusals }) => refusals);
  const undone = flow.parts.filter(({ role }) => role === 'undo').flatMap(({ emits }) => emits);
  return [...new Set([...refused, ...undone.filter((event) => !isTerminal(flow, event))])];
};

const withoutEnd: Check = (flow) =>
  failures(flow)
    // What nobody consumes is a finding of its own.
    .filter((event) => consumersOf(flow.parts, event).length > 0 || isTerminal(flow, event))
    .filter((event) => ![...becauseOf(flow, event)].some((each) => isEnd(flow, each)))
    .map((event) => ({
      code: 'failure-without-end',
      subject: event,
      sentence: `After ${event} ${flow.name} reaches no end: let whoever undoes something because of it say so, up to an event that ends the flow.`,
    }));

const compensationMissing: Check = ({ parts }) =>
  parts
    .filter(({ kind, emits }) => kind === 'compensatable' && emits.length > 0)
    .filter(({ service, undoneBy }) => !undoneBy.some((cause) => consumersOf(parts, cause).some((each) => each.service === service)))
    .map((each) => ({
      code: 'compensation-missing',
      subject: labelOf(each),
      sentence: `${labelOf(each)} is compensatable and ${each.service} never undoes it: declare by what it is undone and handle that there.`,
    }));

const notUndone: Check = (flow) =>
  flow.parts
    .filter(({ kind, undoneBy }) => kind === 'compensatable' && undoneBy.length > 0)
    .flatMap((done) =>
      [...downstream(flow, done)]
        .flatMap(({ refusals }) => refusals)
        .filter((refusal) => ![...becauseOf(flow, refusal)].some((each) => done.undoneBy.includes(each)))
        .map((refusal) => ({
          code: 'failure-not-undone' as const,
          subject: labelOf(done),
          sentence: `${refusal} comes after ${labelOf(done)} and leads to nothing that undoes it (${done.undoneBy.join(', ')}): add it to \`undoneBy\`, or let it lead there.`,
        })),
    );

const pivotsOf = ({ parts }: Flow) => parts.filter(({ kind }) => kind === 'pivot');

const severalPivots: Check = (flow) => {
  const pivots = pivotsOf(flow).map(labelOf);
  if (pivots.length < 2) return [];
  const sentence = `${pivots.join(' and ')} are both the pivot of ${flow.name}: one point of no return, what comes before it is compensatable and what comes after it retriable.`;
  return [{ code: 'several-pivots', subject: pivots[0] ?? '', sentence }];
};

const afterPivot: Check = (flow) =>
  pivotsOf(flow).flatMap((pivot) =>
    [...downstream(flow, pivot)]
      .filter(({ kind, refusals }) => kind === 'compensatable' || (kind === 'retriable' && refusals.length > 0))
      .map((each) => ({
        code: 'failure-after-pivot' as const,
        subject: labelOf(each),
        sentence: `${labelOf(each)} may fail after the pivot ${labelOf(pivot)}, which cannot be undone: make it retriable and without refusals, or let it come before.`,
      })),
  );

const CHOREOGRAPHED = ['compensatable', 'pivot'];

const withoutDeadline: Check = (flow) => {
  const peers = flow.parts.filter(({ role }) => role === 'peer');
  if (!peers.some(({ kind = '' }) => CHOREOGRAPHED.includes(kind))) return [];
  return flow.starts
    .filter((start) => !peers.some(({ waits }) => waits?.since === start))
    .map((start) => ({
      code: 'wait-without-deadline',
      subject: start,
      sentence: `Nobody has a deadline for what ${start} started: let ${start.split('.')[0]} declare \`waits: { since, deadline, asks }\` on its reaction to the flow's end.`,
    }));
};

/** An initiator that decides by itself must own the pivot: nobody else knows whether it has been passed. */
const decidesForAnother: Check = (flow) =>
  flow.parts.flatMap(({ role, waits, ...each }) => {
    if (role !== 'peer' || waits?.says === undefined || each.kind === 'pivot') return [];
    const owners = pivotsOf(flow).map(labelOf).join(', ') || 'there is none';
    const sentence = `When its deadline has passed ${labelOf(each)} says ${waits.says} by itself, but only the pivot (${owners}) may fail ${flow.name}: let the pivot wait, or ask its owner.`;
    return [{ code: 'deadline-asks-another' as const, subject: labelOf(each), sentence }];
  });

/** Only the owner of the pivot may fail a flow: it alone knows, under its row lock, whether it has passed it. */
const asksAnother: Check = (flow) =>
  flow.parts.flatMap(({ role, waits, ...each }) => {
    if (role !== 'peer' || waits?.asks === undefined) return [];
    const owners = pivotsOf(flow).map(({ service }) => service);
    const asked = consumersOf(flow.parts, waits.asks);
    if (asked.some(({ service, emits }) => owners.includes(service) && emits.some((event) => [...becauseOf(flow, event)].some((end) => isEnd(flow, end)))))
      return [];
    const sentence = `When its deadline has passed ${labelOf(each)} asks by ${waits.asks}, but only the owner of the pivot (${owners.join(', ') || 'there is none'}) may fail ${flow.name}: ask it, and let it answer with an event of the flow.`;
    return [{ code: 'deadline-asks-another' as const, subject: labelOf(each), sentence }];
  });

/** Outside any flow nothing follows from anything: only who says and who hears is checked. */
const everywhere = [notConsumed, withoutSource];
const inFlows = [
  withoutEnd, compensationMissing, notUndone, severalPivots, afterPivot, withoutDeadline, asksAnother, decidesForAnother,
].map((check): Check => (flow) => (flow.name === NO_FLOW ? [] : check(flow)));
const CHECKS: readonly Check[] = [...everywhere, ...inFlows];
