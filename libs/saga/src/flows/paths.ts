import { labelOf, type Flow, type FlowPart } from './part';

/** The parts that act on a message. */
export const consumersOf = (parts: readonly FlowPart[], message: string) => parts.filter(({ on }) => on.includes(message));

/** Everything that may be said because of these messages, themselves included. */
export function reachedFrom(messages: readonly string[], next: (message: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set(messages);
  for (const message of reached) for (const each of next(message)) reached.add(each);
  return reached;
}

/** The parts that may act after this one has gone well. */
export function downstream({ parts }: Flow, from: FlowPart): ReadonlySet<FlowPart> {
  const reached = reachedFrom(succeeds(from), (message) => consumersOf(parts, message).flatMap(succeeds));
  return new Set([...reached].flatMap((message) => consumersOf(parts, message)).filter((each) => each !== from));
}

/** What is said as long as nothing fails. */
export const saidGoingWell = ({ starts, parts }: Flow) =>
  reachedFrom(starts, (message) => consumersOf(parts, message).filter(({ role }) => role !== 'undo').flatMap(succeeds));

const succeeds = ({ emits, refusals }: FlowPart) => emits.filter((name) => !refusals.includes(name));

/** As a good run reaches them; what only follows a failure comes last. Ties by name. */
export function inOrder(parts: readonly FlowPart[]): FlowPart[] {
  const left = [...parts].sort((a, b) => (labelOf(a) < labelOf(b) ? -1 : 1));
  const ordered: FlowPart[] = [];
  const reach = (says: (part: FlowPart) => readonly string[]) => {
    for (;;) {
      const said = new Set(ordered.flatMap(says));
      const next = left.findIndex(({ role, on }) => role === 'start' || on.some((name) => said.has(name)));
      if (next < 0) return;
      ordered.push(...left.splice(next, 1));
    }
  };
  reach(succeeds);
  reach(({ emits, waits }) => (waits?.asks === undefined ? emits : [...emits, waits.asks]));
  return [...ordered, ...left];
}
