import { Readable } from 'node:stream';
import type { StoredEvent } from '@comptoir/event-store';
import { eventLine } from './event-line';

export const NDJSON = 'application/x-ndjson';

/** What is used of Fastify's reply. */
export interface Reply {
  type(contentType: string): Reply;
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(payload: unknown): unknown;
}

/** Reads the page after an event; the first one without. */
export type ReadPage = (after: StoredEvent | undefined, limit: number) => Promise<readonly StoredEvent[]>;

/** Events in one read, and so in memory at a time. */
const PAGE = 200;

/**
 * Line by line, read from the database only as fast as the client takes them: a page is read when the one before it has
 * gone. An answer that is cut off (a database that went away) ends without its last chunk, so the client can tell.
 */
export const ndjson = (read: ReadPage, limit: number): Readable => Readable.from(pages(read, limit), { highWaterMark: 1 });

async function* pages(read: ReadPage, limit: number): AsyncGenerator<string> {
  let last: StoredEvent | undefined;
  for (let left = limit; left > 0; ) {
    const events = await read(last, Math.min(PAGE, left));
    if (events.length > 0) yield events.map((event) => `${eventLine(event)}\n`).join('');
    if (events.length < Math.min(PAGE, left)) return;
    left -= events.length;
    last = events.at(-1);
  }
}

/** Whether the client asks for lines. */
export const wantsLines = (accept: string | undefined): boolean => accept?.split(',').some((each) => each.split(';')[0]?.trim() === NDJSON) ?? false;
