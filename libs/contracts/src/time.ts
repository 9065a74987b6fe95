import { z } from 'zod';

/** The years that PostgreSQL and ISO 8601 write with four digits; beyond them one of the two refuses what the other takes. */
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');
const OUT_OF_RANGE = { error: 'must be in the years 1 to 9999, in UTC' };
const inRange = (text: string) => Date.parse(text) >= FIRST && Date.parse(text) <= LAST;

/** A moment that somebody asks about: ISO 8601, in UTC or with an offset. */
export const Instant = z.iso.datetime({ offset: true }).refine(inRange, OUT_OF_RANGE);

/** A day that somebody asks about: `2026-11-20`. */
export const Day = z.iso.date().refine(inRange, OUT_OF_RANGE);
