import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BodyOf, EventType } from '@comptoir/contracts';
import { CartValidated, ValidateCart } from '@comptoir/contracts/carts';
import { ReserveStock, StockReserved } from '@comptoir/contracts/inventory';
import { ConfirmOrder, ORDER_FULFILMENT, OrderPlaced } from '@comptoir/contracts/orders';
import { PaymentProcessed, ProcessPayment } from '@comptoir/contracts/payments';
import { definitionsOf, rabbitTransport, topologyOf, type Transport } from '@comptoir/messaging';
import { createHttpApp } from '@comptoir/platform';
import { eventually, freshDatabase, freshVhost, type FreshDatabase, type FreshVhost } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { orchestrator, OrchestratorModule } from './orchestrator.module';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** Hears every command; the test answers for the participants. */
const PROBE = 'probe.commands';

let database: FreshDatabase;
let vhost: FreshVhost;
let app: NestFastifyApplication;
let wire: Transport;
let admin: Client;
const heard: {
  id: string;
  type: unknown;
  orderId: unknown;
  headers: Readonly<Record<string, unknown>>;
  body: Record<string, unknown>;
}[] = [];

/** The service on servers of its own. */
export async function startOrchestrator(): Promise<void> {
  const definitions = definitionsOf(topologyOf([orchestrator]));
  const probe = { name: PROBE, vhost: '', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } };
  const binding = {
    source: 'business.commands',
    destination: PROBE,
    destination_type: 'queue',
    routing_key: '#',
    vhost: '',
    arguments: {},
  };
  [database, vhost] = await Promise.all([
    freshDatabase('orchestrator'),
    freshVhost({
      ...definitions,
      queues: [...definitions.queues, probe],
      bindings: [...definitions.bindings, binding],
    }),
  ]);
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    AMQP_URL: vhost.urlFor('orchestrator'),
    LOG_LEVEL: 'error',
  });
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  app = await createHttpApp(OrchestratorModule);
  app.useLogger(false);
  await app.init();
  wire = rabbitTransport({ url: vhost.url, name: 'probe', logger: silent });
  await wire.start();
  const subscription = await wire.subscribe(PROBE, {
    prefetch: 100,
    onDelivery: (delivery) => {
      const { messageId, type, correlationId, headers = {} } = delivery.properties;
      const body = JSON.parse(delivery.body.toString()) as Record<string, unknown>;
      heard.push({ id: String(messageId), type, orderId: correlationId, headers, body });
      subscription.ack([delivery]);
    },
  });
}

export async function stopOrchestrator(): Promise<void> {
  await wire?.close();
  await app?.close();
  await admin?.end();
  await vhost?.drop();
  await database?.drop();
}

/** A participant speaks. */
export async function say<T extends EventType>(type: T, body: BodyOf<T>, orderId: string, causationId?: string) {
  const [outcome] = await wire.publish([
    {
      exchange: 'business.events',
      routingKey: `${type.name}.${ORDER_FULFILMENT}`,
      body: JSON.stringify(body),
      properties: {
        messageId: uuidv7(),
        type: type.name,
        correlationId: orderId,
        timestamp: Date.now(),
        appId: 'probe',
        contentType: 'application/json',
        headers: { flow: ORDER_FULFILMENT, 'schema-version': 1, attempt: 1, 'causation-id': causationId },
      },
      mandatory: true,
    },
  ]);
  if (outcome !== 'confirmed') throw new Error(`${type.name} was ${outcome}`);
}

export const lines = [{ sku: 'TEAPOT', quantity: 2, unitPrice: 2495 }];
export const total = { amount: 4990, currency: 'GBP' };
export const place = async () => {
  const orderId = uuidv7();
  const cartId = uuidv7();
  await say(OrderPlaced, { orderId, cartId, customerId: 'c1', paymentToken: 'tok_approve' }, orderId);
  return { orderId, cartId };
};
/** The nth command of a type that the saga of this order sent. */
export const command = (orderId: string, { name }: { name: string }, nth = 1) =>
  eventually(() => {
    const found = heard.filter((each) => each.orderId === orderId && each.type === name)[nth - 1];
    if (!found)
      throw new Error(
        `No ${name} (${nth}) for ${orderId}: ${heard
          .filter((each) => each.orderId === orderId)
          .map(({ type }) => type)
          .join(', ')}`,
      );
    return found;
  });
export const send = (method: 'GET' | 'POST', url: string, payload?: object, headers: Record<string, string> = {}) =>
  app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
export const view = async (orderId: string) =>
  (await send('GET', `/sagas/${orderId}`)).json<Record<string, unknown> & { status: string }>();
/** Waits until the saga looks like this. */
export const becomes = (orderId: string, expected: object) =>
  eventually(async () => {
    const saga = await view(orderId);
    expect(saga).toMatchObject(expected);
    return saga;
  });
/** Its deadline has just passed. */
export const overdue = (orderId: string) =>
  admin.query(
    `UPDATE saga.live SET deadline = now() - interval '1 minute', deadline_slot = 0 WHERE conversation = $1`,
    [orderId],
  );
/** An order whose stock is reserved. */
export const reserved = async () => {
  const { orderId, cartId } = await place();
  await say(CartValidated, { orderId, cartId, lines, total }, orderId, (await command(orderId, ValidateCart)).id);
  await say(
    StockReserved,
    { orderId, lines: [{ sku: 'TEAPOT', quantity: 2 }] },
    orderId,
    (await command(orderId, ReserveStock)).id,
  );
  return { orderId, cartId };
};
/** An order whose confirmation was sent. */
export const atPivot = async () => {
  const { orderId, cartId } = await reserved();
  await say(
    PaymentProcessed,
    { orderId, paymentId: uuidv7(), amount: total },
    orderId,
    (await command(orderId, ProcessPayment)).id,
  );
  await command(orderId, ConfirmOrder);
  return { orderId, cartId };
};
export const park = (orderId: string) =>
  admin.query(
    `UPDATE saga.live SET status = 'parked', deadline = NULL, deadline_slot = NULL,
       progress = jsonb_set(progress::jsonb, '{parked}', '{"code":"no-answer","reason":"in a test","messages":[]}')
     WHERE conversation = $1`,
    [orderId],
  );
export const ask = { actor: 'ada', reason: 'the customer called' };

export async function sql(text: string, values: readonly unknown[] = []): Promise<number | null> {
  return (await admin.query(text, [...values])).rowCount;
}
