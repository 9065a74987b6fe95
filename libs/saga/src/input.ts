import type { Message } from '@comptoir/messaging';

/** What a person may do to a saga. `answer` of a resolve is the event that never came, as the person knows it. */
export type PersonsAction =
  | { readonly kind: 'retry' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'resolve'; readonly answer: { readonly type: string; readonly body: unknown } }
  | { readonly kind: 'compensate' }
  | { readonly kind: 'cancel' };
export type ActionKind = PersonsAction['kind'];

/** What a saga reacts to. */
export type SagaInput =
  | { readonly kind: 'message'; readonly message: Message }
  /** The instance's deadline may have passed; `decide` checks it against its own `now`. */
  | { readonly kind: 'deadline' }
  /** A timer the saga set is due, as it is under its lock. */
  | { readonly kind: 'timer'; readonly name: string }
  /** `id` is a UUIDv7: what the action sends is caused by it. */
  | {
      readonly kind: 'action';
      readonly id: string;
      readonly action: PersonsAction;
      readonly actor: string;
      readonly reason: string;
    }
  /** One of its messages could not be handled and goes to the dead letters. */
  | { readonly kind: 'gave-up'; readonly messageId: string; readonly reason: string };

/** Time and chance are arguments. */
export interface DecideContext {
  readonly now: Date;
  /** A new UUIDv7 for each message sent. */
  readonly newId: () => string;
}
