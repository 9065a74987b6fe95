import type { BodyOf, EventType, Outgoing } from '@comptoir/contracts';
import { ForeignEvent, InvalidEventData, UnknownEventType, UnknownSchemaVersion } from './errors';
import type { EventMetadata, NewEvent, StoredEvent } from './event';

/** Makes the data of one schema version those of the next. Pure; JSON in, JSON out. */
export type Upcast = (data: unknown) => unknown;

/** A declared event with the way up from its older schema versions. */
export interface Upcasting<T extends EventType = EventType> {
  readonly event: T;
  /** By the version they start from. */
  readonly upcasts: Readonly<Record<number, Upcast>>;
}

/** A stored event as its declaration knows it: upcast and checked. A union by `type`, the event's name. */
export type Happened<T extends EventType = EventType> = T extends EventType
  ? Omit<StoredEvent, 'type' | 'data'> & { readonly type: T['name']; readonly data: BodyOf<T> }
  : never;

/**
 * The upcasters of an event, by the schema version each starts from: `upcasting(ClaimOpened, { 1: addChannel })` where
 * `ClaimOpened` is at version 2. Throws `TypeError` where there is a gap below the event's version. Events are upcast when
 * they are read; what is stored never changes.
 */
export function upcasting<T extends EventType>(event: T, upcasts: Readonly<Record<number, Upcast>>): Upcasting<T> {
  const from = Object.keys(upcasts).map(Number).sort((a, b) => a - b);
  const first = event.version - from.length;
  if (from.length === 0 || first < 1 || from.some((version, index) => version !== first + index))
    throw new TypeError(`The upcasters of ${event.name} start from ${from.join(', ') || 'nowhere'}, and must lead to ${event.version}`);
  return { event, upcasts };
}

/** Events that are kept in a store: the way from a declared message to what is stored, and back. */
export interface EventTypes<T extends EventType = EventType> {
  readonly names: readonly string[];
  /**
   * What is to be stored for a message. Throws `InvalidEventData` where the body breaks its contract, `ForeignEvent` for a
   * type that was not declared. The message's own options win over `metadata`.
   */
  toStore(message: Outgoing, metadata?: EventMetadata): NewEvent;
  /** Throws `UnknownEventType`, `UnknownSchemaVersion` or `InvalidEventData`; their data say which event it was. */
  read(stored: StoredEvent): Happened<T>;
}

type Declared = EventType | Upcasting;
type EventOf<D extends Declared> = D extends EventType ? D : D extends Upcasting<infer T> ? T : never;

/** Declares which events are kept, with the upcasters of those whose schema has changed. */
export function eventTypes<const D extends readonly Declared[]>(...declared: D): EventTypes<EventOf<D[number]>> {
  const types = new Map<string, Upcasting>();
  for (const each of declared) {
    const type: Upcasting = 'upcasts' in each ? each : { event: each, upcasts: {} };
    if (types.has(type.event.name)) throw new TypeError(`Event ${type.event.name} is declared twice`);
    types.set(type.event.name, type);
  }
  const names = [...types.keys()];
  return {
    names,

    toStore({ type: { name, version }, body, options = {} }, metadata = {}) {
      const type = types.get(name);
      if (!type) throw new ForeignEvent(`Event ${name} is not declared`, { type: name, known: names });
      const { id, correlationId, causationId, tenant } = options;
      const own = Object.entries({ correlationId, causationId, tenant }).filter(([, value]) => value !== undefined);
      const data = checked(type.event, body, { type: name });
      return { id, type: name, schemaVersion: version, data, metadata: { ...metadata, ...Object.fromEntries(own) } };
    },

    read(stored) {
      const { id, stream, version, schemaVersion } = stored;
      const which = { id, stream, version, type: stored.type, schemaVersion };
      const type = types.get(stored.type);
      if (!type) throw new UnknownEventType(`Event ${stored.type} is not declared`, { ...which, known: names });
      const data = checked(type.event, upcast(type, stored, which), which);
      return { ...stored, schemaVersion: type.event.version, data } as unknown as Happened<EventOf<D[number]>>;
    },
  };
}

type Which = Readonly<Record<string, unknown>>;

function upcast({ event, upcasts }: Upcasting, { schemaVersion, data }: StoredEvent, which: Which): unknown {
  if (schemaVersion > event.version)
    throw new UnknownSchemaVersion(`${event.name} is known up to schema version ${event.version}, not ${schemaVersion}`, which);
  let current = data;
  for (let version = schemaVersion; version < event.version; version += 1) {
    const step = upcasts[version];
    if (!step) throw new UnknownSchemaVersion(`${event.name} has no upcaster from schema version ${version}`, which);
    current = step(current);
  }
  return current;
}

function checked({ name, schema }: EventType, data: unknown, which: Which): unknown {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(data)'}: ${message}`);
  throw new InvalidEventData(`${name} is not what it is declared to be: ${issues.join('; ')}`, { ...which, issues });
}
