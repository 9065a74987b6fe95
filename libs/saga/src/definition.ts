import type { CommandType, EventType } from '@comptoir/contracts';
import type { Decision, SagaEvent } from './decision';
import type { DecideContext, SagaInput } from './input';
import type { SagaInstance, SagaState } from './instance';

/** Something still ahead of an instance. */
export interface RemainingStep {
  readonly role: 'step' | 'compensation' | 'abort';
  readonly step: string;
  readonly command: string;
}

/**
 * A saga as the runtime drives it: two pure functions, and what they talk about. The step list (`saga(...)`) compiles to
 * this; where it does not fit, write it by hand. Methods on purpose: definitions over different data share a registry.
 */
export interface SagaDefinition<Data = unknown, Progress = unknown, Event extends SagaEvent = SagaEvent> {
  /** The flow's name; also the suffix of the queue. */
  readonly type: string;
  readonly version: number;
  /** Events that start an instance where there is none. */
  readonly starts: readonly EventType[];
  /** Everything it listens to, starts included. */
  readonly receives: readonly EventType[];
  readonly emits: readonly CommandType[];
  /** All labels an instance may have, in the order of a good run. */
  readonly labels: readonly string[];
  /** All positions an instance may have. */
  readonly positions: readonly string[];
  /**
   * What an input leads to. No I/O, no clock, no chance. Without an instance only a starting message does anything; an
   * ended instance stays as it is (terminal guard first). Throws only for bugs: the message is retried, then the saga parks.
   */
  decide(instance: SagaInstance<Data, Progress> | undefined, input: SagaInput, context: DecideContext): Decision<Event>;
  /** The state after an event of `decide`. The first event of an instance comes with no state. */
  evolve(state: SagaState<Data, Progress> | undefined, event: Event): SagaState<Data, Progress>;
  /** What is still ahead if all goes well from here. */
  remaining(state: SagaState<Data, Progress>): readonly RemainingStep[];
}
