import type { Outgoing } from '@comptoir/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Decision, Effect, Refusal } from './decision';
import type { Definitions } from './definitions';
import { fold } from './fold';
import type { SagaInput } from './input';
import type { SagaInstance } from './instance';
import type { HistoryEntry, Loaded, SagaChange, TimerChange } from './store';

/** What one input of a batch led to. */
export interface Turned {
  readonly messages: readonly Outgoing[];
  readonly refusal: Refusal | undefined;
  /** Before and after it. */
  readonly before: SagaInstance | undefined;
  readonly after: SagaInstance | undefined;
  readonly events: number;
}

interface Work {
  readonly before: SagaInstance | undefined;
  after: SagaInstance | undefined;
  readonly history: HistoryEntry[];
  readonly timers: Map<string, TimerChange>;
}

/** A batch of inputs over loaded instances: each instance's inputs are folded in sequence. In memory; `changes` is written. */
export class SagaBatch {
  private readonly work = new Map<string, Work>();

  constructor(
    private readonly definitions: Definitions,
    private readonly loaded: Loaded,
    private readonly newId: () => string = uuidv7,
  ) {}

  /** Throws what `decide` throws, and `UnregisteredDefinition`. */
  take(conversation: string, input: SagaInput): Turned {
    const work = this.workOf(conversation);
    const before = work.after;
    const definition = before ? this.definitions.of(before.definitionVersion) : this.definitions.newest;
    const { now } = this.loaded;
    const decision = definition.decide(before, input, { now, newId: this.newId });
    work.after = fold(definition, conversation, before, decision.events, now);
    for (const effect of decision.effects) keepTimer(work.timers, effect);
    const messages = decision.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
    if (work.after && decision.events.length > 0) work.history.push(this.entry(work.after, input, decision, messages));
    return { messages, refusal: decision.refusal, before, after: work.after, events: decision.events.length };
  }

  /** A timer has fired: it is gone, unless what it leads to sets it again. */
  takeTimer(conversation: string, name: string): Turned {
    this.workOf(conversation).timers.set(name, { kind: 'cancel', name });
    return this.take(conversation, { kind: 'timer', name });
  }

  /** What there is to write, one per instance that changed or has something to tell. */
  changes(): SagaChange[] {
    return [...this.work.values()].flatMap(({ before, after, history, timers }) =>
      after && (history.length > 0 || timers.size > 0 || before !== after)
        ? [{ before, after, history, timers: [...timers.values()] }]
        : [],
    );
  }

  private workOf(conversation: string): Work {
    let work = this.work.get(conversation);
    if (!work) {
      const before = this.loaded.instances.get(conversation);
      this.work.set(conversation, (work = { before, after: before, history: [], timers: new Map() }));
    }
    return work;
  }

  private entry(
    after: SagaInstance,
    input: SagaInput,
    { events }: Decision,
    messages: readonly Outgoing[],
  ): HistoryEntry {
    const { conversation, version, status, step, label } = after;
    const sent = messages.flatMap(({ options }) => options?.id ?? []);
    return {
      id: this.newId(),
      conversation,
      version,
      at: this.loaded.now,
      ...nameOf(input),
      events,
      sent,
      status,
      step,
      label,
    };
  }
}

function keepTimer(timers: Map<string, TimerChange>, effect: Effect): void {
  if (effect.kind === 'set-timer') timers.set(effect.name, { kind: 'set', name: effect.name, due: effect.due });
  else if (effect.kind === 'cancel-timer') timers.set(effect.name, { kind: 'cancel', name: effect.name });
}

function nameOf(input: SagaInput): { input: string; causeId: string | undefined } {
  switch (input.kind) {
    case 'message':
      return { input: input.message.type.name, causeId: input.message.id };
    case 'action':
      return { input: `action ${input.action.kind}`, causeId: input.id };
    case 'gave-up':
      return { input: 'gave-up', causeId: input.messageId };
    case 'timer':
      return { input: `timer ${input.name}`, causeId: undefined };
    case 'deadline':
      return { input: 'deadline', causeId: undefined };
  }
}
