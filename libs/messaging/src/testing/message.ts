import type { MessageType } from '@comptoir/contracts';
import { v7 } from 'uuid';
import type { z } from 'zod';
import { NO_FLOW } from '../envelope';
import type { Message } from '../message';

/**
 * A message as a handler gets it, for its tests: `message(ReserveStock, { orderId, lines })`. The body is checked against
 * the contract as off the wire; a body that breaks it throws. Everything else may be overridden.
 */
export function message<T extends MessageType>(
  type: T,
  body: z.input<T['schema']>,
  overrides: Partial<Omit<Message, 'type' | 'body'>> = {},
): Message<T> {
  const parsed: unknown = type.schema.parse(body);
  const id = overrides.id ?? v7();
  const made = {
    type,
    body: parsed,
    id,
    correlationId: id,
    causationId: undefined,
    flow: NO_FLOW,
    tenant: undefined,
    traceparent: undefined,
    schemaVersion: type.version,
    attempt: 1,
    sentAt: new Date(Date.UTC(2024, 0, 1)),
    sentBy: 'test',
    stream: type.kind === 'event' ? type.streamOf(parsed) : undefined,
    streamVersion: type.kind === 'event' ? 1 : undefined,
    ...overrides,
  };
  return made as unknown as Message<T>;
}
