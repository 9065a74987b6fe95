import type { Happened } from '@comptoir/event-store';
import { bodySummary, oneLine } from './body-summary';

/** An event as a conversation's timeline shows it. */
export interface Happening {
  readonly conversation: string;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly flow: string;
  readonly saidBy: string;
  readonly causedBy: string | null;
  readonly stream: string;
  readonly version: number;
  readonly saidAt: Date;
  readonly summary: string;
}

/** Flow of what belongs to none, as on the wire. */
const NONE = 'none';
const LONGEST_ID = 200;

/**
 * `undefined`: it belongs to no conversation. Events may come from outside, with any metadata: what cannot be an id, a flow or a
 * name is left out, so that no event of anybody stops the view.
 */
export function happeningOf({ position, id, type, stream, version, occurredAt, data, metadata }: Happened): Happening | undefined {
  const conversation = idOf(metadata.correlationId);
  if (conversation === undefined) return undefined;
  const told = metadata['flow'];
  const by = metadata['source'] ?? metadata.actor;
  return {
    conversation,
    position,
    eventId: id,
    type,
    flow: idOf(told) ?? NONE,
    saidBy: idOf(by) ?? ownerOf(type),
    causedBy: idOf(metadata.causationId) ?? null,
    stream,
    version,
    saidAt: occurredAt,
    summary: bodySummary(data),
  };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ID && oneLine(value) === value ? value : undefined;

/** `<owner>.<action>`: an event is said by its owner. */
const ownerOf = (type: string) => type.split('.')[0] ?? type;
