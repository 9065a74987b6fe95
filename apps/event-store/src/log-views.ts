import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

/** What the log answers, for its OpenAPI document. */
const next = z.string().nullable().meta({ description: 'Pass it as `after` for the following page; null on the last one' });
const time = z.iso.datetime();
const stream = z.string().meta({ example: 'order-01a1f8a7-0631-77cc-901b-85ecb902e82c' });
const metadata = z
  .object({ correlationId: z.string(), causationId: z.string(), flow: z.string(), source: z.string(), actor: z.string(), tenant: z.string() })
  .partial()
  .loose();
const event = { stream, version: z.int(), type: z.string(), schemaVersion: z.int(), data: z.unknown(), metadata, occurredAt: time };

const Event = z.object({ position: z.int().meta({ description: 'In the whole log' }), id: z.uuid(), ...event, recordedAt: time });
export class EventView extends createZodDto(Event) {}
export class EventPage extends createZodDto(
  z.object({
    items: z.array(Event),
    next: z.int().nullable().meta({ description: 'Where the following page begins: `after` of events, `from` of a stream' }),
  }),
) {}

export class Appended extends createZodDto(
  z.object({ stream, version: z.int().meta({ description: 'Of the last one' }), positions: z.array(z.int()), repeated: z.boolean() }),
) {}

export class StreamPage extends createZodDto(z.object({ items: z.array(z.object({ stream, version: z.int(), recordedAt: time })), next })) {}

export class HeadView extends createZodDto(
  z.object({
    position: z.int(),
    recordedAt: time,
    lagSeconds: z.number().nullable().meta({ description: 'null: not known, as the broker is away or nothing has come yet' }),
    held: z.int(),
    quarantined: z.int(),
    overdueGaps: z.array(z.string()).meta({ description: 'Streams' }),
  }),
) {}

const missing = { from: z.int(), to: z.int() };
export class GapPage extends createZodDto(
  z.object({ items: z.array(z.object({ stream, ...missing, held: z.int(), since: time, overdue: z.boolean() })), next }),
) {}
export class GapClosedView extends createZodDto(z.object({ stream, missing: z.object(missing) })) {}

export class HeldPage extends createZodDto(z.object({ items: z.array(z.object({ eventId: z.uuid(), ...event, heldAt: time })), next })) {}

const dismissal = { dismissedAt: time.nullable(), dismissedBy: z.string().nullable(), dismissedBecause: z.string().nullable() };
export class QuarantinePage extends createZodDto(
  z.object({
    items: z.array(z.object({ number: z.int(), reason: z.string(), eventId: z.uuid(), ...event, quarantinedAt: time, ...dismissal })),
    next,
  }),
) {}
export class DismissedView extends createZodDto(z.object({ number: z.int(), ...dismissal })) {}
