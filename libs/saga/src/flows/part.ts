import type { MessageType } from '@comptoir/contracts';
import type { StepKind } from '../steps/step-list';

/**
 * - `start`: brings the flow into being (a request from outside, another flow, a timer);
 * - `peer`: a reaction; `undo`: undoes another part, by a reaction or by a command;
 * - `coordinator`: a position of a saga; `participant`: handles a command; `listener`: hears an event, and is no step.
 */
export type PartRole = 'start' | 'peer' | 'undo' | 'coordinator' | 'participant' | 'listener';

export interface FlowWait {
  /** The event since when it waits; of a saga's position there is none: since its command was sent. */
  readonly since?: string;
  /** The events that end the wait. */
  readonly for: readonly string[];
  readonly deadlineMs: number;
  /** The command sent when the deadline has passed. None: the saga ends by itself, or the pivot's owner `says` so. */
  readonly asks?: string;
  /** Of an initiator that owns the pivot: the refusal it says when the deadline has passed. */
  readonly says?: string;
}

/** What one handler, request or position of a saga does in one flow. Messages are told by name. */
export interface FlowPart {
  readonly service: string;
  /** With the service the queue's name; of a saga's position `<saga>/<position>`; empty: the service itself. */
  readonly name: string;
  readonly role: PartRole;
  readonly kind?: StepKind;
  readonly on: readonly string[];
  readonly emits: readonly string[];
  /** Those of `emits` that say no. */
  readonly refusals: readonly string[];
  /** What undoes it: commands and events that its own service takes. */
  readonly undoneBy: readonly string[];
  /** The name of the part it undoes, in the same service. */
  readonly undoes?: string;
  readonly waits?: FlowWait;
  /** The flow ends here by itself: of a saga. */
  readonly ends: boolean;
}

export interface FlowMessage {
  readonly name: string;
  readonly kind: MessageType['kind'];
  /** Nobody has to consume it. */
  readonly terminal: boolean;
}

/** All that takes part in one flow. Parts in the order in which a good run may reach them, then the others. */
export interface Flow {
  readonly name: string;
  /** Events that start it. */
  readonly starts: readonly string[];
  readonly parts: readonly FlowPart[];
  /** By name. */
  readonly messages: readonly FlowMessage[];
}

/** Who says what in which flow, who acts on it, what ends it and what undoes what. Plain data, by name. */
export interface FlowMap {
  readonly flows: readonly Flow[];
}

export const labelOf = ({ service, name }: Pick<FlowPart, 'service' | 'name'>) => (name ? `${service}.${name}` : service);
export const named = (types: readonly MessageType[]) => [...new Set(types.map(({ name }) => name))];

export const part = (given: Pick<FlowPart, 'service' | 'name' | 'role' | 'on' | 'emits'> & Partial<FlowPart>): FlowPart => ({
  kind: undefined,
  refusals: [],
  undoneBy: [],
  undoes: undefined,
  waits: undefined,
  ends: false,
  ...given,
});
