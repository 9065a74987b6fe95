import { answersOf, isInitiator } from './answers';
import type { Flow, FlowPart } from './part';

/** A part with what following a run asks of it again and again. */
export interface PartLookup {
  readonly part: FlowPart;
  readonly says: readonly string[];
  /** What tells that it has been undone. */
  readonly undone: readonly string[];
}

export interface FlowLookup {
  readonly parts: readonly PartLookup[];
  readonly initiators: readonly FlowPart[];
  /** Where the flow ends. */
  readonly endings: readonly FlowPart[];
  /** Who says an event, unless it says no by it. */
  readonly sayersOf: ReadonlyMap<string, readonly PartLookup[]>;
  /** Positions of sagas that wait for the answer to a command, by the command. */
  readonly waiting: ReadonlyMap<string, FlowPart>;
}

const known = new WeakMap<Flow, FlowLookup>();

/** Worked out once per flow: whoever follows conversations follows thousands of them. */
export function lookupOf(flow: Flow): FlowLookup {
  const there = known.get(flow);
  if (there) return there;
  const made = make(flow);
  known.set(flow, made);
  return made;
}

function make(flow: Flow): FlowLookup {
  const parts = flow.parts.map((part): PartLookup => {
    const undos = flow.parts.filter(({ service, undoes }) => undoes === part.name && service === part.service);
    return { part, says: answersOf(flow, part), undone: undos.flatMap(({ emits }) => emits) };
  });
  const sayersOf = new Map<string, PartLookup[]>();
  for (const each of parts)
    for (const name of each.part.emits)
      if (!each.part.refusals.includes(name)) sayersOf.set(name, [...(sayersOf.get(name) ?? []), each]);
  const waiting = new Map<string, FlowPart>();
  for (const part of flow.parts)
    if (part.role === 'coordinator' && part.waits) for (const name of part.emits) if (!waiting.has(name)) waiting.set(name, part);
  return {
    parts,
    initiators: flow.parts.filter(isInitiator),
    endings: flow.parts.filter((part) => isInitiator(part) || (part.ends && part.emits.length === 0)),
    sayersOf,
    waiting,
  };
}
