import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BodyOf, MessageType } from '@comptoir/contracts';
import { definitionsOf, rabbitTransport, routingKeyOf, topologyOf, type ServiceDefinition, type Transport } from '@comptoir/messaging';
import { freshDatabase, freshVhost, type FreshDatabase, type FreshVhost } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { createHttpApp } from '../http-app';

export interface UnderTestOptions {
  /** What the probe listens to: an exchange and a binding key. Default: everything the service publishes as an event. */
  readonly hears?: { readonly exchange: 'business.events' | 'business.commands'; readonly key: string };
  /** Beside what every service needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** The flow of what the probe says, unless it says otherwise. */
  readonly flow: string;
  /** Others whose queues are to exist at the broker; `listen` shows what comes into them. */
  readonly beside?: readonly ServiceDefinition[];
}

/** A message the probe heard. */
export interface Heard {
  readonly id: string;
  readonly type: unknown;
  readonly correlationId: unknown;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

interface Spoken {
  readonly flow?: string;
  /** Default: a new one. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** The message's id. Default: a new one. */
  readonly id?: string;
  /** Of an event: as its owner counts it. */
  readonly stream?: string;
  readonly streamVersion?: number;
}

/** A whole service on a database and a virtual host of its own, and a probe at its broker. */
export interface ServiceUnderTest {
  readonly app: NestFastifyApplication;
  readonly database: FreshDatabase;
  /** All the probe has heard, in order of arrival. */
  readonly heard: readonly Heard[];
  /** Speaks as another service would; bodies may break their contract. Resolves when the broker has confirmed. */
  say<T extends MessageType>(type: T, body: BodyOf<T> | object, spoken?: Spoken): Promise<void>;
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers?: Record<string, string>): ReturnType<NestFastifyApplication['inject']>;
  /** All that comes into a queue of another service, in order of arrival. */
  listen(queue: string): Promise<readonly Heard[]>;
  /** Messages ready in a queue. */
  depth(queue: string): Promise<number>;
  stop(): Promise<void>;
}

const PROBE = 'probe';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Starts the service in this process. One at a time: it is configured by `process.env`, as it always is. */
export async function serviceUnderTest<Tx>(module: Type, service: ServiceDefinition<Tx>, options: UnderTestOptions): Promise<ServiceUnderTest> {
  const { hears = { exchange: 'business.events', key: `${service.name}.#` } } = options;
  const [database, vhost] = await Promise.all([freshDatabase(service.name), freshVhost(withProbe([service as ServiceDefinition, ...(options.beside ?? [])], hears))]);
  Object.assign(process.env, { DATABASE_URL: database.url, AMQP_URL: vhost.urlFor(service.name), LOG_LEVEL: 'error', ...options.env });
  const app = await createHttpApp(module);
  app.useLogger(false);
  await app.init();
  const wire = rabbitTransport({ url: vhost.url, name: PROBE, logger: silent });
  await wire.start();
  return {
    app,
    database,
    heard: await listen(wire, PROBE),
    say: (type, body, spoken) => say(wire, type, body, { flow: options.flow, ...spoken }),
    send: (method, url, payload, headers = {}) => app.inject({ method, url, headers, ...(payload ? { payload } : {}) }),
    listen: (queue) => listen(wire, queue),
    depth: (queue) => wire.depth(queue),
    stop: () => stop(wire, app, vhost, database),
  };
}

function withProbe(services: readonly ServiceDefinition[], { exchange, key }: NonNullable<UnderTestOptions['hears']>) {
  const definitions = definitionsOf(topologyOf(services));
  const queue = { name: PROBE, vhost: '', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } };
  const binding = { source: exchange, destination: PROBE, destination_type: 'queue', routing_key: key, vhost: '', arguments: {} };
  return { ...definitions, queues: [...definitions.queues, queue], bindings: [...definitions.bindings, binding] };
}

async function listen(wire: Transport, queue: string): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const subscription = await wire.subscribe(queue, {
    prefetch: 1_000,
    onDelivery: (delivery) => {
      const { messageId, type, correlationId, headers = {} } = delivery.properties;
      const body = JSON.parse(delivery.body.toString()) as Record<string, unknown>;
      heard.push({ id: String(messageId), type, correlationId, routingKey: delivery.routingKey, headers, body });
      subscription.ack([delivery]);
    },
  });
  return heard;
}

async function say(wire: Transport, type: MessageType, body: unknown, spoken: Spoken & { flow: string }): Promise<void> {
  const { flow, correlationId = uuidv7(), causationId, id = uuidv7(), stream, streamVersion } = spoken;
  const [outcome] = await wire.publish([
    {
      exchange: type.kind === 'command' ? 'business.commands' : 'business.events',
      routingKey: routingKeyOf(type, flow),
      body: JSON.stringify(body),
      properties: {
        messageId: id,
        type: type.name,
        correlationId,
        timestamp: Date.now(),
        appId: PROBE,
        contentType: 'application/json',
        headers: { flow, 'schema-version': 1, attempt: 1, 'causation-id': causationId, stream, 'stream-version': streamVersion },
      },
      mandatory: true,
    },
  ]);
  if (outcome !== 'confirmed') throw new Error(`${type.name} was ${outcome}`);
}

async function stop(wire: Transport, app: NestFastifyApplication, vhost: FreshVhost, database: FreshDatabase): Promise<void> {
  await wire.close();
  await app.close();
  await vhost.drop();
  await database.drop();
}
