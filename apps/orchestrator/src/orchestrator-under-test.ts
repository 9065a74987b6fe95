import type { BodyOf, EventType } from '@comptoir/contracts';
import { CartValidated, ValidateCart } from '@comptoir/contracts/carts';
import { ReserveStock, StockReserved } from '@comptoir/contracts/inventory';
import { ConfirmOrder, ORDER_FULFILMENT, OrderPlaced } from '@comptoir/contracts/orders';
import { PaymentProcessed, ProcessPayment } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { orchestrator, OrchestratorModule } from './orchestrator.module';

let subject: ServiceUnderTest;
let admin: Client;

/** The service on servers of its own. The probe hears every command; the test answers for the participants. */
export async function startOrchestrator(): Promise<void> {
  const hears = { exchange: 'business.commands', key: '#' } as const;
  subject = await serviceUnderTest(OrchestratorModule, orchestrator, { flow: ORDER_FULFILMENT, hears });
  admin = new Client({ connectionString: subject.database.adminUrl });
  await admin.connect();
}

export async function stopOrchestrator(): Promise<void> {
  await admin?.end();
  await subject?.stop();
}

/** A participant speaks. */
export const say = <T extends EventType>(type: T, body: BodyOf<T>, orderId: string, causationId?: string) =>
  subject.say(type, body, { correlationId: orderId, causationId });

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
    const found = subject.heard.filter((each) => each.correlationId === orderId && each.type === name)[nth - 1];
    if (!found)
      throw new Error(
        `No ${name} (${nth}) for ${orderId}: ${subject.heard
          .filter((each) => each.correlationId === orderId)
          .map(({ type }) => type)
          .join(', ')}`,
      );
    return found;
  });
export const send: ServiceUnderTest['send'] = (...request) => subject.send(...request);
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
