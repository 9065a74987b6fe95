import { answersOf, isInitiator } from './answers';
import type { Flow, FlowMap, FlowPart, FlowWait } from './part';
import { inOrder } from './paths';

/**
 * The map for whoever hears events and no commands, such as a log of events. Who acts on a command stands behind the events
 * that make its senders send it, with the time that they give it; who is asked when an initiator's deadline has passed, behind
 * what that one waits since. A command that its sender may send, or not, is expected of nobody: no event tells. Of sagas only
 * what they take without sending anything is left: their ends.
 *
 * `follow` on it says of the same run what it says on the whole map, as far as events can tell; a deadline runs since the
 * event instead of the command that it led to. Made of its own result it changes nothing.
 */
export const eventsOnly = ({ flows }: FlowMap): FlowMap => ({ flows: flows.map(withoutCommands) });

function withoutCommands(flow: Flow): Flow {
  const events = new Set(flow.messages.filter(({ kind }) => kind === 'event').map(({ name }) => name));
  const isEvent = (name: string) => events.has(name);
  const left = flow.parts.filter(({ role, emits }) => role !== 'coordinator' || emits.length === 0);
  return {
    ...flow,
    starts: flow.starts.filter(isEvent),
    parts: inOrder(left.map((part) => withoutCommandsOf(flow, part, isEvent))),
    messages: flow.messages.filter(({ kind }) => kind === 'event'),
  };
}

function withoutCommandsOf(flow: Flow, part: FlowPart, isEvent: (name: string) => boolean): FlowPart {
  const commands = part.on.filter((name) => !isEvent(name));
  const sent = behind(flow, part.on, isEvent);
  const wait = isInitiator(part) ? part.waits && { ...part.waits, asks: undefined } : waitOf(flow, part, commands, isEvent);
  const on = commands.length > 0 && sent.length === 0 && wait?.since !== undefined ? [wait.since] : sent;
  return {
    ...part,
    on,
    emits: part.emits.filter(isEvent),
    refusals: part.refusals.filter(isEvent),
    undoneBy: behind(flow, part.undoneBy, isEvent),
    waits: wait,
  };
}

/** These messages, with each command replaced by the events that lead to it. */
function behind(flow: Flow, messages: readonly string[], isEvent: (name: string) => boolean): readonly string[] {
  // A set that grows while it is walked; a circle of commands ends in it.
  const reached = new Set(messages);
  for (const message of reached) if (!isEvent(message)) for (const sender of sendersOf(flow, message)) for (const on of sender.on) reached.add(on);
  return [...reached].filter(isEvent);
}

/** The parts that say the command whenever they act. */
const sendersOf = (flow: Flow, command: string) => flow.parts.filter((part) => answersOf(flow, part).includes(command));

/** How long those who send the commands give the part; else when the initiator asks it. */
function waitOf(
  flow: Flow,
  { emits, waits: own }: FlowPart,
  commands: readonly string[],
  isEvent: (name: string) => boolean,
): FlowWait | undefined {
  if (commands.length === 0) return own;
  const given = commands.flatMap((command) => sendersOf(flow, command)).flatMap(({ role, waits }) => (role === 'coordinator' && waits ? [waits] : []));
  if (given.length > 0) return { since: undefined, for: emits.filter(isEvent), deadlineMs: Math.max(...given.map(({ deadlineMs }) => deadlineMs)), asks: undefined };
  const asking = flow.parts.find((each) => isInitiator(each) && commands.includes(each.waits?.asks ?? ''));
  return asking?.waits && { ...asking.waits, asks: undefined };
}
