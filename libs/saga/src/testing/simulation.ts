import { isDeepStrictEqual } from 'node:util';
import type { CommandType, EventType, MessageType, Outgoing } from '@comptoir/contracts';
import type { Message } from '@comptoir/messaging';
import type { Decision, Refusal, SagaEvent } from '../decision';
import type { SagaDefinition } from '../definition';
import { fold } from '../fold';
import type { PersonsAction, SagaInput } from '../input';
import type { SagaInstance } from '../instance';

/** A command the saga sent, as the participants would see it. */
export interface Sent {
  readonly id: string;
  readonly type: CommandType;
  readonly body: unknown;
  readonly causationId: string | undefined;
}

/** What one input led to. */
export interface Turned {
  readonly input: string;
  readonly events: readonly SagaEvent[];
  readonly sent: readonly Sent[];
  readonly refusal: Refusal | undefined;
  readonly instance: SagaInstance | undefined;
}

export const CONVERSATION = '01890000-0000-7000-8000-00000000c0de';

/**
 * One saga without servers: its instance, a clock that stands still, and everything it sent. Between inputs the instance
 * goes through JSON, as it does in a store.
 */
export class Simulation {
  instance: SagaInstance | undefined;
  now = new Date(Date.UTC(2024, 0, 1));
  readonly sent: Sent[] = [];
  readonly turns: Turned[] = [];
  private readonly timers = new Map<string, Date>();
  private ids = 0;

  constructor(
    readonly definition: SagaDefinition,
    readonly conversation: string = CONVERSATION,
  ) {}

  readonly newId = (): string => `01890000-0000-7000-8000-${(++this.ids).toString(16).padStart(12, '0')}`;

  /** A message arrives: by default caused by the latest command it answers. */
  deliver(outgoing: Outgoing, causationId: string | undefined = this.causeOf(outgoing.type)): Turned {
    return this.receive(this.messageOf(outgoing, causationId));
  }

  receive(message: Message): Turned {
    return this.turn(message.type.name, { kind: 'message', message });
  }

  /** As the runtime hands it over: checked against its contract. Received twice, it is a duplicate with the same id. */
  messageOf(outgoing: Outgoing, causationId?: string): Message {
    const { type } = outgoing;
    if (!this.definition.receives.some(({ name }) => name === type.name))
      throw new TypeError(`Saga ${this.definition.type} does not listen to ${type.name}`);
    return {
      type: type as EventType,
      body: type.schema.parse(outgoing.body),
      id: this.newId(),
      correlationId: this.conversation,
      causationId,
      flow: this.definition.type,
      tenant: undefined,
      traceparent: undefined,
      schemaVersion: type.version,
      attempt: 1,
      sentAt: this.now,
      sentBy: type.owner,
      stream: undefined,
      streamVersion: undefined,
    };
  }

  /** Time goes by, and with it every deadline and timer that falls due, in order. */
  advance(ms: number): Turned[] {
    const end = this.now.getTime() + ms;
    const turns: Turned[] = [];
    for (let due = this.nextDue(); due && due.at.getTime() <= end; due = this.nextDue()) {
      this.now = new Date(Math.max(this.now.getTime(), due.at.getTime()));
      if (due.timer !== undefined) this.timers.delete(due.timer);
      turns.push(
        due.timer === undefined
          ? this.turn('the deadline passes', { kind: 'deadline' })
          : this.turn(`timer ${due.timer} is due`, { kind: 'timer', name: due.timer }),
      );
    }
    this.now = new Date(end);
    return turns;
  }

  passDeadline(): Turned {
    const { deadline } = this.instance ?? {};
    if (!deadline) throw new Error(`The saga waits for no deadline: ${this.position()}`);
    this.now = new Date(Math.max(this.now.getTime(), deadline.getTime()));
    return this.turn('the deadline passes', { kind: 'deadline' });
  }

  act(action: PersonsAction, actor: string, reason: string): Turned {
    return this.turn(`${actor} asks to ${action.kind}`, { kind: 'action', id: this.newId(), action, actor, reason });
  }

  giveUp(messageId: string, reason: string): Turned {
    return this.turn(`a message is given up (${reason})`, { kind: 'gave-up', messageId, reason });
  }

  position(): string {
    const { instance } = this;
    return instance ? `${instance.status} at ${instance.step ?? 'the end'}, ${instance.label}` : 'not started';
  }

  /** The latest command that an event of this type answers. */
  causeOf(type: MessageType): string | undefined {
    return this.sent.findLast(({ type: command }) => command.answers.some(({ name }) => name === type.name))?.id;
  }

  private turn(input: string, what: SagaInput): Turned {
    const decision = this.definition.decide(this.instance, what, { now: this.now, newId: this.newId });
    this.instance = throughJson(fold(this.definition, this.conversation, this.instance, decision.events, this.now));
    const turned = {
      input,
      events: decision.events,
      sent: this.carryOut(decision),
      refusal: decision.refusal,
      instance: this.instance,
    };
    this.turns.push(turned);
    return turned;
  }

  private carryOut({ effects }: Decision): Sent[] {
    const sent: Sent[] = [];
    for (const effect of effects) {
      if (effect.kind === 'set-timer') this.timers.set(effect.name, effect.due);
      else if (effect.kind === 'cancel-timer') this.timers.delete(effect.name);
      else {
        const { type, body, options } = effect.message;
        if (type.kind !== 'command' || !options?.id)
          throw new TypeError(`A saga sends commands with ids, not ${type.name}`);
        sent.push({ id: options.id, type, body: type.schema.parse(body), causationId: options.causationId });
      }
    }
    this.sent.push(...sent);
    return sent;
  }

  private nextDue(): { at: Date; timer: string | undefined } | undefined {
    const dues: { at: Date; timer: string | undefined }[] = [...this.timers].map(([timer, at]) => ({ at, timer }));
    if (this.instance?.deadline) dues.push({ at: this.instance.deadline, timer: undefined });
    return dues.sort((a, b) => a.at.getTime() - b.at.getTime())[0];
  }
}

function throughJson(instance: SagaInstance | undefined): SagaInstance | undefined {
  if (!instance) return undefined;
  const { data, progress } = JSON.parse(JSON.stringify({ data: instance.data, progress: instance.progress }));
  for (const [name, kept, given] of [
    ['data', data, instance.data],
    ['progress', progress, instance.progress],
  ] as const)
    if (!isDeepStrictEqual(withoutUndefined(given), kept)) throw new Error(`The saga's ${name} does not survive JSON`);
  return { ...instance, data, progress };
}

/** `undefined` members vanish in JSON, and that is all right. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutUndefined(member)]));
}
