import type { MessageType } from '@comptoir/contracts';
import { NO_FLOW, type ServiceDefinition } from '@comptoir/messaging';
import { declaredBy, type Declared } from './declared';
import { named, part, type Flow, type FlowMap, type FlowMessage, type FlowPart } from './part';
import { inOrder } from './paths';
import { askedBy, sagaParts, type Asked } from './saga-parts';

/**
 * The map of all flows, from the declarations of all services together: a saga or a reaction makes a flow, so does a
 * handler that names one; to it belong all who handle what is said in it, and who say what starts it. What belongs to no
 * flow stands under `none`. The same declarations give the same map, whatever their order.
 */
export function flowMap(services: readonly ServiceDefinition[]): FlowMap {
  const all = declaredBy([...services].sort((a, b) => compare(a.name, b.name)));
  const types = new Map(all.flatMap((each) => [...each.messages, ...each.emits]).map((type) => [type.name, type]));
  const names = [...new Set(all.flatMap(({ flows }) => flows ?? []))].filter((name) => name !== NO_FLOW).sort(compare);
  const flows = names.map((name) => flowOf(name, partsOf(name, all), types));
  const rest = beside(flows, all);
  return { flows: rest.length > 0 ? [...flows, flowOf(NO_FLOW, rest, types)] : flows };
}

function partsOf(flow: string, all: readonly Declared[]): FlowPart[] {
  const core = all.filter(({ flows }) => flows?.includes(flow));
  const asked: Asked = new Map(core.flatMap(({ saga }) => (saga ? [...askedBy(saga)] : [])));
  const parts = core.flatMap((each) => declaredPart(each, asked));
  // Whoever handles what is said here belongs here, and what they say is said here too.
  const candidates = new Set(all.filter((each) => !core.includes(each) && each.messages.length > 0));
  for (let size = -1; size !== candidates.size; ) {
    size = candidates.size;
    const said = saidIn(parts);
    for (const each of candidates) {
      const heard = each.messages.filter(({ kind, name }) => said.has(name) && (kind === 'command' || !each.flows));
      if (heard.length === 0) continue;
      parts.push(...declaredPart(each, asked));
      candidates.delete(each);
    }
  }
  return [...starts(parts, all, candidates), ...parts.map((each) => undoing(each, parts))];
}

/** Whoever hears what undoes a part of the same service is its undo. */
function undoing(listener: FlowPart, parts: readonly FlowPart[]): FlowPart {
  if (listener.role !== 'listener') return listener;
  const undone = parts.find(({ service, undoneBy }) => service === listener.service && undoneBy.some((name) => listener.on.includes(name)));
  return undone ? { ...listener, role: 'undo', kind: 'retriable', undoes: undone.name } : listener;
}

/** Who says what the flow's parts hear and none of them says. */
function starts(parts: readonly FlowPart[], all: readonly Declared[], outside: ReadonlySet<Declared>): FlowPart[] {
  const said = saidIn(parts);
  const wanted = new Set(parts.flatMap(({ on, waits }) => [...on, waits?.since ?? on[0] ?? '']).filter((name) => !said.has(name)));
  return all.flatMap((each) => {
    if (each.messages.length > 0 && !outside.has(each)) return [];
    const emits = named(each.emits).filter((name) => wanted.has(name) && !saysItElsewhere(each, name, all));
    return emits.length > 0 ? [part({ service: each.service, name: each.name, role: 'start', on: [], emits })] : [];
  });
}

/** Two flows may share events: a part of one that says it for others there does not start the other with it. */
const saysItElsewhere = ({ flows, messages }: Declared, name: string, all: readonly Declared[]) =>
  messages.length > 0 &&
  all.some((other) => other.flows?.some((flow) => flows?.includes(flow)) && other.messages.some((message) => message.name === name));

function declaredPart({ service, name, messages, emits, reaction, saga }: Declared, asked: Asked): FlowPart[] {
  if (saga) return sagaParts(service, saga);
  const plain = { service, name, on: named(messages), emits: named(emits) };
  if (reaction) {
    const { kind, undoes, waits } = reaction;
    return [
      part({
        ...plain,
        role: undoes === undefined ? 'peer' : 'undo',
        kind,
        // What it asks when its wait is over is no answer to what it reacts to.
        emits: plain.emits.filter((each) => each !== waits?.asks?.name),
        refusals: named(reaction.refusals),
        undoneBy: named(reaction.undoneBy),
        undoes,
        waits: waits && {
          since: waits.since.name,
          for: waits.until ? named(waits.until) : plain.on,
          deadlineMs: waits.deadlineMs,
          asks: waits.asks?.name,
          says: waits.says?.name,
        },
      }),
    ];
  }
  const role = messages.some(({ kind }) => kind === 'command') ? 'participant' : 'listener';
  const known = plain.on.map((each) => asked.get(each)).find((each) => each !== undefined);
  return [part({ role, ...plain, ...known })];
}

/** What is said, or handled, in no flow. */
function beside(flows: readonly Flow[], all: readonly Declared[]): FlowPart[] {
  const parts = flows.flatMap((flow) => flow.parts);
  const said = saidIn(parts);
  return all.flatMap((each) => {
    if (parts.some(({ service, name, role }) => role !== 'start' && service === each.service && name === each.name)) return [];
    if (each.saga || each.reaction) return [];
    // What nobody asks for is never said.
    if (each.messages.some(({ kind, name }) => kind === 'command' && !all.some(({ emits }) => named(emits).includes(name)))) return [];
    if (each.messages.length > 0) return declaredPart(each, new Map());
    const emits = named(each.emits).filter((name) => !said.has(name));
    return emits.length > 0 ? [part({ service: each.service, name: each.name, role: 'start', on: [], emits })] : [];
  });
}

const saidIn = (parts: readonly FlowPart[]) =>
  new Set(parts.flatMap(({ emits, waits }) => [...emits, ...(waits?.asks === undefined ? [] : [waits.asks])]));

function flowOf(name: string, parts: readonly FlowPart[], types: ReadonlyMap<string, MessageType>): Flow {
  const mentioned = [...new Set([...saidIn(parts), ...parts.flatMap(({ on }) => on)])].sort(compare);
  const messages = mentioned.flatMap((each): FlowMessage[] => {
    const type = types.get(each);
    return type ? [{ name: each, kind: type.kind, terminal: type.kind === 'event' && type.terminal }] : [];
  });
  const begun = parts.filter(({ role }) => role === 'start').flatMap(({ emits }) => emits);
  return { name, starts: [...new Set(begun)].sort(compare), parts: inOrder(parts), messages };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
