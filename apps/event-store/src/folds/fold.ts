import type { BodyOf, EventType } from '@comptoir/contracts';

/** How the state of one kind of aggregate follows from its events. */
export interface Fold {
  readonly name: string;
  /** Its streams are named `<name>-<id>`. */
  readonly initial: object;
  /** The state after an event; `undefined` where the event is of no type it knows, or breaks its contract. */
  after(state: object, type: string, data: unknown): object | undefined;
}

interface Change<S> {
  readonly type: string;
  apply(state: S, data: unknown): S | undefined;
}

type On<S> = <T extends EventType>(type: T, apply: (state: S, body: BodyOf<T>) => S) => Change<S>;

/** Declares a fold by its events: what each of them makes of the state. */
export function fold<S extends object>(name: string, initial: S, changes: (on: On<S>) => readonly Change<S>[]): Fold {
  const on: On<S> = ({ name: type, schema }, apply) => ({
    type,
    apply(state, data) {
      const parsed = schema.safeParse(data);
      return parsed.success ? apply(state, parsed.data as never) : undefined;
    },
  });
  const byType = new Map(changes(on).map((change) => [change.type, change]));
  return { name, initial, after: (state, type, data) => byType.get(type)?.apply(state as S, data) };
}
