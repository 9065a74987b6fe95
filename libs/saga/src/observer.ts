import type { EndStatus } from './instance';

/** Where the runtime reports what happens to sagas; a platform turns it into metrics. Must not throw. */
export interface SagaObserver {
  started?(type: string, count: number): void;
  /** `seconds` from the start to the end. */
  ended?(type: string, status: EndStatus, seconds: number): void;
  parked?(type: string, step: string | undefined): void;
  /** Deadlines and timers that fired. */
  fired?(type: string, kind: 'deadline' | 'timer', count: number): void;
  /** A message for a conversation that has no saga and that starts none: acknowledged, and only counted. */
  unmatched?(type: string, message: string): void;
}
