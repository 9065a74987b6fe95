import type { Failure, ParkCode, Role } from './progress';
import type { ActionKind } from '../input';
import type { EndStatus } from '../instance';

/** Everything that can happen to a saga of steps. Times are ISO strings: these are stored as they are. */
export type StepEvent =
  | { readonly type: 'started'; readonly by: string; readonly data: unknown; readonly label: string }
  | {
      readonly type: 'sent';
      readonly role: Role;
      readonly step: string;
      readonly message: string;
      readonly id: string;
      readonly attempt: number;
      readonly deadline: string;
    }
  /** `data` and `label` where they changed. */
  | {
      readonly type: 'answered';
      readonly step: string;
      readonly message: string;
      readonly data?: unknown;
      readonly label?: string;
    }
  | {
      readonly type: 'refused';
      readonly role: Role;
      readonly step: string;
      readonly message: string;
      readonly reason: string;
    }
  | { readonly type: 'expired'; readonly role: Role; readonly step: string; readonly attempt: number }
  /** The saga turns back; `undo` names the steps to compensate, next first. */
  | { readonly type: 'failed'; readonly failure: Failure; readonly undo: readonly string[] }
  | { readonly type: 'undone'; readonly step: string; readonly message: string }
  | { readonly type: 'asked'; readonly action: ActionKind; readonly actor: string; readonly reason: string }
  /** Left out by a person. A skipped step's command may have happened, so a later failure compensates it too. */
  | { readonly type: 'skipped'; readonly role: Role; readonly step: string }
  | { readonly type: 'parked'; readonly code: ParkCode; readonly reason: string; readonly messageId?: string }
  | { readonly type: 'resumed'; readonly deadline: string | null }
  /** Nothing changed: said twice, too late, or not an answer to what was sent. */
  | { readonly type: 'ignored'; readonly message: string; readonly why: IgnoredBecause }
  | { readonly type: 'ended'; readonly status: EndStatus; readonly label: string; readonly reason?: string };

export type IgnoredBecause =
  /** The conversation has its saga already. */
  | 'already-started'
  /** Its step is over: answered before, compensated meanwhile, or given up. */
  | 'step-is-over'
  /** Not caused by a message of this saga's current step. */
  | 'not-caused-by-the-step'
  | 'saga-has-ended';
