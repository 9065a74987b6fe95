import type { Outgoing } from '@comptoir/contracts';
import type { ActionKind } from './input';
import type { SagaStatus } from './instance';

/** What `decide` says happened: plain JSON, kept in the history, folded into the instance by `evolve`. */
export interface SagaEvent {
  readonly type: string;
}

export type Effect =
  /** `options.id` is set: the saga knows by it which answers are meant. */
  | { readonly kind: 'send'; readonly message: Outgoing }
  /** Sets or moves the saga's timer of that name. */
  | { readonly kind: 'set-timer'; readonly name: string; readonly due: Date }
  | { readonly kind: 'cancel-timer'; readonly name: string };

/** Why a person's action is not allowed now. */
export type RefusalCode =
  | 'ended'
  | 'not-parked'
  | 'past-no-return'
  | 'already-compensating'
  | 'pivot-not-skippable'
  | 'skip-impossible'
  | 'nothing-awaited'
  | 'not-an-answer'
  | 'invalid-answer';

export interface Refusal {
  readonly code: RefusalCode;
  readonly action: ActionKind;
  readonly status: SagaStatus;
  readonly step: string | undefined;
  /** For people. */
  readonly detail: string;
}

export interface Decision<Event extends SagaEvent = SagaEvent> {
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
  /** A person's action that is not allowed: nothing happened. */
  readonly refusal?: Refusal;
}

export const NOTHING: Decision<never> = { events: [], effects: [] };
