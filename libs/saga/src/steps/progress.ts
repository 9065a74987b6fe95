/** What a message of the saga is for. */
export type Role = 'step' | 'compensation' | 'abort';

/** The answer the saga waits for. */
export interface Awaiting {
  readonly role: Role;
  readonly step: string;
  /** Every id the command was sent under for this step and role: an answer caused by any of them counts. */
  readonly ids: readonly string[];
  /** Counts from 1; a person's retry starts again. */
  readonly attempt: number;
}

/** Why a saga is undone. */
export interface Failure {
  readonly kind: 'refused' | 'deadline' | 'compensated-by-person' | 'cancelled-by-person';
  /** The step it failed at. */
  readonly step: string;
  /** For people. */
  readonly reason: string;
}

export type ParkCode =
  /** A message was sent as often as its retry policy allows, and no answer came. */
  | 'no-answer'
  /** A participant refused what must not be refused: a compensation, an abort, a retriable step. */
  | 'refused'
  /** A message of the saga went to the dead letters. */
  | 'message-given-up';

export interface Parked {
  readonly code: ParkCode;
  readonly reason: string;
  /** The dead letters whose replay resumes it. */
  readonly messages: readonly string[];
}

/** How far a step list has come. Steps by name, so that a definition may grow. */
export interface StepProgress {
  /** Steps behind it, oldest first: what a failure undoes in reverse. */
  readonly done: readonly string[];
  /** Once it has turned back: steps still to undo, the one being undone first. */
  readonly undo: readonly string[];
  readonly awaiting: Awaiting | undefined;
  readonly failure: Failure | undefined;
  readonly parked: Parked | undefined;
}
