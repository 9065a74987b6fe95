import { deepStrictEqual, fail } from 'node:assert';
import type { EventType, Outgoing } from '@comptoir/contracts';
import type { Aggregate } from '../aggregate';
import { storedEvents } from '../checked';
import { decided } from '../decision';
import type { Decide } from '../decision';
import type { StoredEvent } from '../event';

/** An error's class, or its `code`. */
export type Failure = string | (abstract new (...args: never[]) => Error);

/**
 * Given/when/then over an aggregate, without a store:
 *
 *     scenario(giftCard)
 *       .given(Issued({ cardId, amount: 500 }))
 *       .when(redeem(cardId, 700))
 *       .then(RedemptionRefused({ cardId, missing: 200 }))
 *
 * `then` may be followed by another `when`. Events go the way through their contracts and JSON, as through a store.
 */
export const scenario = <S, T extends EventType>(definition: Aggregate<S, T>): Told<S, T> => new Told(definition, []);

/** What has been told so far. Not a thenable: a test may return it. */
export class Told<S, T extends EventType> {
  constructor(
    private readonly definition: Aggregate<S, T>,
    private readonly past: readonly StoredEvent[],
  ) {}

  get state(): S {
    const { fold, initial, events } = this.definition;
    return fold(initial, this.past.map(events.read));
  }

  /** What happened before. */
  given(...events: readonly Outgoing<T>[]): Told<S, T> {
    const [first] = events;
    if (!first) return this;
    const stream = this.past[0]?.stream ?? first.type.streamOf(first.body);
    const version = this.past.length + events.length;
    const positions = events.map((_, index) => this.past.length + index + 1);
    const appended = { stream, version, positions, recordedAt: new Date(version), repeated: false };
    const stored = storedEvents(decided(this.definition, stream, events), appended);
    const plain = stored.map((event) => ({ ...event, data: JSON.parse(JSON.stringify(event.data)) as unknown }));
    return new Told(this.definition, [...this.past, ...plain]);
  }

  /** What `then` is about. */
  when(decide: Decide<S, T>): Happened<S, T> {
    try {
      const decision = [decide(this.state)].flat() as readonly Outgoing<T>[];
      return new Happened(this, this.given(...decision), decision, undefined);
    } catch (error) {
      return new Happened(this, this, [], error);
    }
  }
}

export class Happened<S, T extends EventType> {
  constructor(
    private readonly before: Told<S, T>,
    private readonly after: Told<S, T>,
    private readonly decision: readonly Outgoing<T>[],
    private readonly error: unknown,
  ) {}

  /** Exactly these events, in this order; none: nothing happened. Throws with the difference. */
  then(...expected: readonly Outgoing<T>[]): Told<S, T> {
    if (this.error) throw this.error;
    const shown = ({ type, body }: Outgoing) => ({ type: type.name, body: type.schema.parse(body) });
    deepStrictEqual(this.decision.map(shown), expected.map(shown));
    return this.after;
  }

  /** The command was refused by an error, and nothing happened. */
  thenFails(expected: Failure): Told<S, T> {
    const { error } = this;
    if (!error) fail(`should fail with ${nameOf(expected)}, but led to ${this.decision.map(({ type }) => type.name).join(', ') || 'nothing'}`);
    const as = typeof expected === 'string' ? (error as { code?: unknown }).code === expected : error instanceof expected;
    if (!as) throw new Error(`should fail with ${nameOf(expected)}, but failed with ${String(error)}`, { cause: error });
    return this.before;
  }
}

const nameOf = (failure: Failure) => (typeof failure === 'string' ? failure : failure.name);
