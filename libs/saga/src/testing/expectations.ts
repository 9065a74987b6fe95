import { inspect, isDeepStrictEqual } from 'node:util';
import type { Outgoing } from '@comptoir/contracts';
import type { RefusalCode } from '../decision';
import type { Duration } from '../duration';
import { milliseconds } from '../duration';
import type { SagaInstance, SagaStatus } from '../instance';
import type { Sent } from './simulation';

/** What happened since `when`. */
export interface Observed {
  readonly sent: readonly Sent[];
  readonly events: readonly { readonly type: string }[];
  readonly refusal: { readonly code: RefusalCode; readonly detail: string } | undefined;
  readonly instance: SagaInstance | undefined;
  readonly now: Date;
}

/** Says what is wrong, or nothing. */
export type Expectation = (observed: Observed) => string | undefined;

export const show = (value: unknown) => inspect(value, { depth: 8, breakLength: 110, sorted: true });
const list = (sent: readonly Sent[]) =>
  sent.map(({ type, body }) => `\n      ${type.name} ${show(body)}`).join('') || ' nothing';

/** Exactly these commands, in this order. */
export const sends =
  (...expected: readonly Outgoing[]): Expectation =>
  ({ sent }) => {
    const same =
      sent.length === expected.length &&
      expected.every(
        ({ type, body }, index) =>
          sent[index]?.type.name === type.name && isDeepStrictEqual(sent[index]?.body, type.schema.parse(body)),
      );
    if (same) return undefined;
    const wanted = expected.map(({ type, body }) => `\n      ${type.name} ${show(type.schema.parse(body))}`).join('');
    return `should send${wanted || ' nothing'}\n    but sent${list(sent)}`;
  };

export const sendsNothing = (): Expectation => sends();

/** The business's word for where it is. */
export const inState =
  (label: string): Expectation =>
  ({ instance }) =>
    instance?.label === label
      ? undefined
      : `should be in state ${label}, is in ${instance?.label ?? 'none: not started'}`;

export const withStatus =
  (status: SagaStatus): Expectation =>
  ({ instance }) =>
    instance?.status === status ? undefined : `should be ${status}, is ${instance?.status ?? 'not started'}`;

export const atStep =
  (step: string): Expectation =>
  ({ instance }) =>
    instance?.step === step ? undefined : `should be at step ${step}, is at ${instance?.step ?? 'none'}`;

/** `completed`, `compensated` or `cancelled`, and a label. */
export const ends =
  (status: 'completed' | 'compensated' | 'cancelled', label?: string): Expectation =>
  (observed) =>
    withStatus(status)(observed) ?? (label === undefined ? undefined : inState(label)(observed));

/** These members of the saga's data. */
export const knows =
  (part: Readonly<Record<string, unknown>>): Expectation =>
  ({ instance }) => {
    const data = (instance?.data ?? {}) as Record<string, unknown>;
    const wrong = Object.keys(part).find((key) => !isDeepStrictEqual(data[key], part[key]));
    return wrong === undefined ? undefined : `should know ${wrong} = ${show(part[wrong])}, knows ${show(data[wrong])}`;
  };

/** The messages changed nothing. */
export const ignored =
  (why?: string): Expectation =>
  ({ sent, events }) => {
    const reasons = events.map((event) =>
      event.type === 'ignored' && 'why' in event ? event.why : `not ignored: ${event.type}`,
    );
    if (
      sent.length === 0 &&
      reasons.length > 0 &&
      reasons.every((reason) => (why ? reason === why : !String(reason).startsWith('not')))
    )
      return undefined;
    return `should ignore it${why ? ` (${why})` : ''}, but: ${reasons.join(', ') || 'nothing happened'}; sent${list(sent)}`;
  };

/** A person's action is refused, and nothing changes. */
export const refuses =
  (code: RefusalCode): Expectation =>
  ({ refusal, events }) => {
    if (refusal?.code === code && events.length === 0) return undefined;
    return `should refuse (${code}), but ${refusal ? `refused with ${refusal.code}: ${refusal.detail}` : 'did not refuse'}`;
  };

export const waits =
  (duration: Duration): Expectation =>
  ({ instance, now }) => {
    const left = instance?.deadline && instance.deadline.getTime() - now.getTime();
    return left === milliseconds(duration)
      ? undefined
      : `should wait ${duration}, waits ${left === undefined ? 'for nothing' : `${left} ms`}`;
  };

/** An event of the history, by its members. */
export const records =
  (type: string, members: Readonly<Record<string, unknown>> = {}): Expectation =>
  ({ events }) => {
    const found = events.some(
      (event) =>
        event.type === type &&
        Object.entries(members).every(([key, value]) =>
          isDeepStrictEqual((event as unknown as Record<string, unknown>)[key], value),
        ),
    );
    return found ? undefined : `should record ${type} ${show(members)}, recorded ${show(events)}`;
  };
