import type { MessageType, Outgoing } from '@comptoir/contracts';
import { v7 } from 'uuid';
import { ContractViolation } from './errors';
import type { HeaderValue, Message, WireMessage } from './message';
import { ANY_EVENT } from './observe';
import { REPLAY_ID } from './replay';
import { exchangeOf, routingKeyOf } from './topology';
import type { Delivery } from './transport';
import type { OutboxRow } from './unit-of-work';

/** The flow of messages that belong to none. */
export const NO_FLOW = 'none';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Headers that brokers add on the way; a republished message must not carry them along. */
const BROKER_HEADER = /^x-(death|first-death|last-death|delivery|acquired|opt-)/;
const CONTROL = /[\u0000-\u001f]/;

/** A property or header off the wire; with control characters it is no text of ours, and PostgreSQL would not store it. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && !CONTROL.test(value) ? value : undefined;

/** The row of an outgoing message. What the sender did not set follows from the message it answers. */
export function outboxRow(outgoing: Outgoing, cause: Message | undefined, now: number): OutboxRow {
  const { type, body, options } = outgoing;
  const id = options?.id ?? v7();
  const correlationId = options?.correlationId ?? cause?.correlationId ?? id;
  const flow = options?.flow ?? cause?.flow ?? NO_FLOW;
  return {
    id,
    exchange: exchangeOf(type),
    routingKey: routingKeyOf(type, flow),
    type: type.name,
    body: JSON.stringify(body),
    correlationId,
    headers: {
      'causation-id': options?.causationId ?? cause?.id,
      flow,
      tenant: options?.tenant ?? cause?.tenant,
      traceparent: traceparent(id, correlationId, cause?.traceparent),
      'schema-version': type.version,
      attempt: 1,
    },
    timestamp: now,
    mandatory: type.kind === 'command',
    stream: type.kind === 'event' ? type.streamOf(body) : undefined,
  };
}

/** W3C Trace Context: the trace goes on through the messages; where it begins, it is named after the conversation. */
function traceparent(id: string, correlationId: string, parent: string | undefined): string | undefined {
  const trace = parent?.slice(3, 35) ?? (UUID.test(correlationId) ? correlationId.replaceAll('-', '').toLowerCase() : '');
  return trace === '' ? undefined : `00-${trace}-${id.slice(19, 23)}${id.slice(24)}-01`;
}

export function wireMessage(row: OutboxRow, streamVersion: number | undefined, appId: string): WireMessage {
  return {
    exchange: row.exchange,
    routingKey: row.routingKey,
    body: row.body,
    properties: {
      messageId: row.id,
      type: row.type,
      correlationId: row.correlationId,
      timestamp: row.timestamp,
      appId,
      contentType: 'application/json',
      headers: row.stream === undefined ? row.headers : { ...row.headers, stream: row.stream, 'stream-version': streamVersion },
    },
    mandatory: row.mandatory,
  };
}

/** Checks a delivery against the contract its `type` names. Throws `ContractViolation`, saying what is wrong. */
export function decode(delivery: Delivery, types: ReadonlyMap<string, MessageType>): Message {
  const envelope = envelopeOf(delivery);
  const type = types.get(String(delivery.properties.type));
  if (!type)
    throw new ContractViolation(
      `${delivery.queue} does not handle the type "${String(delivery.properties.type)}", only ${[...types.keys()].join(', ')}`,
    );
  const parsed = type.schema.safeParse(parse(delivery.body.toString('utf8')));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(body)'}: ${issue.message}`);
    throw new ContractViolation(`The body breaks the contract of ${type.name}: ${issues.slice(0, 10).join('; ')}`);
  }
  return { type, body: parsed.data, ...envelope } as Message;
}

/** Names are short, and a stream's name is a key in databases. */
const MAX_NAME = 250;
const MAX_VERSION = 2 ** 31 - 1;

/** Checks the envelope of an event of any type; of its body only that it is JSON. Throws `ContractViolation`. */
export function decodeAny(delivery: Delivery): Message {
  const envelope = envelopeOf(delivery);
  const { stream, streamVersion, schemaVersion } = envelope;
  const type = text(delivery.properties.type);
  if (!type || type.length > MAX_NAME) throw new ContractViolation('The message has no `type`');
  if (stream !== undefined && stream.length > MAX_NAME) throw new ContractViolation(`The stream's name is longer than ${MAX_NAME}`);
  for (const [name, number] of Object.entries({ streamVersion, schemaVersion }))
    if (number !== undefined && !(Number.isInteger(number) && number >= 1 && number <= MAX_VERSION))
      throw new ContractViolation(`${name} is ${number}, which is no version`);
  const json = delivery.body.toString('utf8');
  parse(json);
  return { type: ANY_EVENT, body: { type, json }, ...envelope };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new ContractViolation(`The body is not JSON: ${(error as Error).message}`);
  }
}

function envelopeOf(delivery: Delivery) {
  const { properties } = delivery;
  const headers = properties.headers ?? {};
  const id = text(properties.messageId);
  if (!id || !UUID.test(id)) throw new ContractViolation('The message has no `message_id` that is a UUID');
  const replayId = text(headers[REPLAY_ID])?.toLowerCase();
  if (headers[REPLAY_ID] !== undefined && !UUID.test(replayId ?? '')) throw new ContractViolation(`Its \`${REPLAY_ID}\` is no UUID`);
  const parent = text(headers['traceparent']);
  return {
    id: id.toLowerCase(),
    correlationId: text(properties.correlationId) ?? id,
    causationId: text(headers['causation-id']),
    flow: text(headers['flow']) ?? NO_FLOW,
    tenant: text(headers['tenant']),
    traceparent: parent && TRACEPARENT.test(parent) ? parent : undefined,
    schemaVersion: Number(headers['schema-version'] ?? 1),
    attempt: attemptOf(delivery),
    sentAt: new Date(typeof properties.timestamp === 'number' ? properties.timestamp : 0),
    sentBy: text(properties.appId) ?? 'unknown',
    stream: text(headers['stream']),
    streamVersion: typeof headers['stream-version'] === 'number' ? headers['stream-version'] : undefined,
    ...(replayId === undefined ? {} : { replayId }),
  };
}

export function attemptOf(delivery: Delivery): number {
  const attempt = Number(delivery.properties.headers?.['attempt'] ?? 1);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** The delivery as it came, sent to another exchange: same id, same body, `headers` changed. */
export function forward(
  delivery: Delivery,
  to: { exchange: string; routingKey: string; headers: Record<string, HeaderValue> },
): WireMessage {
  const { properties } = delivery;
  const kept: Record<string, HeaderValue> = {};
  for (const [name, value] of Object.entries(properties.headers ?? {}))
    if (!BROKER_HEADER.test(name) && isHeaderValue(value)) kept[name] = value;
  return {
    exchange: to.exchange,
    routingKey: to.routingKey,
    body: delivery.body.toString('utf8'),
    properties: {
      messageId: text(properties.messageId) ?? v7(),
      type: text(properties.type) ?? '',
      correlationId: text(properties.correlationId) ?? '',
      timestamp: typeof properties.timestamp === 'number' ? properties.timestamp : 0,
      appId: text(properties.appId) ?? '',
      contentType: text(properties.contentType) ?? 'application/json',
      headers: { ...kept, ...to.headers },
    },
    mandatory: true,
  };
}

const isHeaderValue = (value: unknown): value is HeaderValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
