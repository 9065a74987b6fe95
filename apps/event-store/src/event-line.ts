import { jsonOf, type StoredEvent } from '@comptoir/event-store';

/** An event as JSON text, its data as they came: numbers too large for JavaScript stay what they are. */
export function eventLine({ data, ...event }: StoredEvent): string {
  const rest = JSON.stringify(event);
  return `${rest.slice(0, -1)},"data":${jsonOf(data)}}`;
}

/** A page of them; `next` says where the following one begins. */
export const eventPage = (events: readonly StoredEvent[], next: number | null): string =>
  `{"items":[${events.map(eventLine).join(',')}],"next":${next}}`;
