import { Instant } from '@comptoir/contracts/time';
import { validationProblem } from '@comptoir/platform';
import { z } from 'zod';

/** Where a page by time ends: a time and an id, with the order they are the place in. */
export interface Place {
  readonly time: string;
  readonly id: string;
}

const Place = z.object({ sort: z.string(), time: Instant, id: z.uuid() });

export const placeKey = (sort: string, { time, id }: { readonly time: Date; readonly id: string }) =>
  JSON.stringify({ sort, time, id });

/** Reads a decoded cursor; one of another order would skip what nobody has seen. */
export function placeOf(after: string | undefined, sort: string): Place | undefined {
  if (after === undefined) return undefined;
  const place = Place.safeParse(jsonOf(after));
  if (place.success && place.data.sort === sort) return place.data;
  throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page in the same order' }]);
}

/** A cursor is text from outside: what is no JSON is `undefined`. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const uuidCursor = (after: string | undefined): string | undefined => {
  if (after === undefined || z.uuid().safeParse(after).success) return after;
  throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
};

export const money = (amount: number | null, currency: string | null) =>
  amount === null || currency === null ? null : { amount, currency };
