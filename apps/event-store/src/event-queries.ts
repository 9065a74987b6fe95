import { Id } from '@comptoir/contracts/id';
import { Instant } from '@comptoir/contracts/time';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

export const line = (max: number) => z.string().min(1).max(max).regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');
export const StreamName = line(250);
/** Milliseconds are as fine as the log's times are. */
const Time = Instant.transform((text) => new Date(text));
const Version = z.coerce.number().int().min(1).max(2 ** 31 - 1);
const Position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A page of JSON has at most so many events; lines have no end. */
export const MAX_PAGE = 1_000;
const Limit = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({
  description: `At most so many events. Default 100, at most ${MAX_PAGE}; of lines (NDJSON) all, and any number`,
});

export class StreamParam extends createZodDto(z.object({ stream: StreamName })) {}

export class StreamQuery extends createZodDto(
  z.object({
    direction: z.enum(['forwards', 'backwards']).default('forwards'),
    from: Version.optional().meta({ description: 'The first version; default the first event, backwards the last' }),
    limit: Limit,
  }),
) {}

export class EventsQuery extends createZodDto(
  z.object({
    type: line(5_000)
      .transform((names) => names.split(',').map((name) => name.trim()).filter((name) => name !== ''))
      .pipe(z.array(line(250)).min(1).max(50))
      .optional()
      .meta({ description: 'One or several, with commas between' }),
    from: Time.optional().meta({ description: 'Recorded then or later' }),
    to: Time.optional().meta({ description: 'Recorded then or before' }),
    after: Position.default(0).meta({ description: 'Only events after this position' }),
    limit: Limit,
  }),
) {}

export class StateQuery extends createZodDto(
  z
    .object({ asOfVersion: Version.optional(), asOfTime: Time.optional() })
    .refine(({ asOfVersion, asOfTime }) => asOfVersion === undefined || asOfTime === undefined, {
      message: 'a version or a time, not both',
    }),
) {}

/** So deep in each other are the lists and objects of an event at most: what reads them recurses. */
const DEEPEST = 100;
const notTooDeep = (data: unknown) => {
  let level = [data];
  for (let depth = 0; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return true;
  }
  return false;
};

const NewEvent = z.object({
  id: Id.optional().meta({ description: 'The same event sent again must have the same id: it then changes nothing' }),
  type: z.string().max(250).regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'must be <owner>.<event> in kebab case'),
  schemaVersion: z.int().min(1).max(2 ** 31 - 1).default(1),
  data: z
    .unknown()
    .refine((data) => data !== undefined, 'is missing')
    .refine(notTooDeep, `must be nested at most ${DEEPEST} deep`)
    .meta({ description: 'JSON' }),
  metadata: z
    .object({ correlationId: line(250), causationId: line(250), tenant: line(250), actor: line(250) })
    .partial()
    .default({}),
  occurredAt: Instant.optional(),
});

export class NewEvents extends createZodDto(
  z.object({
    stream: StreamName,
    expectedVersion: z
      .union([z.int().min(0).max(2 ** 31 - 1), z.enum(['no-stream', 'any'])])
      .optional()
      .meta({ description: 'Where the stream must be; default `any`. Or `If-Match: "5"`, or `If-None-Match: *` for a new stream' }),
    events: z.array(NewEvent).min(1).max(500),
  }),
) {}
