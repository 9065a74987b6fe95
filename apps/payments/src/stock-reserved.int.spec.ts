import type { Outgoing } from '@comptoir/contracts';
import { StockReserved } from '@comptoir/contracts/inventory';
import { OrderConfirmationRefused } from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentProcessed, PaymentRefunded, RefundStrayCapture, StrayCaptureRefunded } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PaymentGateway } from './gateway/payment-gateway';
import { booksOn } from './gateway/provider';
import { SimulatedGateway } from './gateway/simulated-gateway';
import { refundStrayCapture } from './refund-stray-capture';
import { stockReserved } from './stock-reserved';

let database: FreshDatabase;
let pool: Pool;
let gateway: PaymentGateway;
beforeAll(async () => {
  database = await freshDatabase('payments');
  pool = pgPool({ connectionString: database.url, applicationName: 'checkout test' });
  gateway = new PaymentGateway(new SimulatedGateway({ books: booksOn(pool), latencyMs: 0, failureRate: 0 }), 5_000);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const [part, undo] = stockReserved;
const lines = [{ sku: 'TEAPOT', quantity: 2, unitPrice: 1250 }];
const total = { amount: 2500, currency: 'GBP' };
const reservation = (paymentToken = 'tok_approve') =>
  message(StockReserved, { orderId: uuidv7(), lines: [{ sku: 'TEAPOT', quantity: 2 }], bill: { lines, total, paymentToken } });
type Reservation = ReturnType<typeof reservation>;
const options = () => ({ unitOfWork: pgUnitOfWork(pool), providers: new Map([[PaymentGateway, gateway]]) });
const pays = (...reservations: Reservation[]): Promise<readonly (readonly Outgoing[])[]> => handling(part, options())(...reservations.map((each) => ({ ...each })));
const undoes = async (...reservations: Reservation[]) =>
  (await handling(undo, options())(...reservations.map(({ body: { orderId } }) => message(OrderConfirmationRefused, { orderId, reason: 'not paid in time' })))).flat();
const processed = ({ body: { orderId } }: Reservation) => ({
  type: PaymentProcessed,
  body: { orderId, paymentId: expect.any(String) as unknown, amount: total, lines },
});
const declined = ({ body: { orderId } }: Reservation, reason: string) => PaymentDeclined({ orderId, reason });
const refunded = ({ body: { orderId } }: Reservation, amount: number) =>
  PaymentRefunded({ orderId, refunded: amount, currency: amount > 0 ? 'GBP' : null, reason: 'not paid in time' });
const booksOf = async ({ body: { orderId } }: Reservation) => {
  const { rows } = await pool.query<{ of: string }>(`SELECT state || ' ' || captured || ' ' || refunded AS of FROM payments.payment WHERE order_id = $1`, [orderId]);
  return [rows[0]?.of, (await gateway.charge(orderId))?.status];
};

it('a reservation is paid, or declined; the lines go on, how it is paid does not', async () => {
  const [good, bad] = [reservation(), reservation('tok_decline_no-funds')];
  const answers = await pays(good, bad);
  expect(answers).toEqual([[processed(good)], [declined(bad, 'no-funds')]]);
  expect(JSON.stringify(answers)).not.toContain('tok_');
  expect(await booksOf(good)).toEqual(['captured 2500 0', 'captured']);
});

it('the same reservation again hears the same, and captures nothing more', async () => {
  const good = reservation();
  const [[first]] = (await pays(good)) as [[Outgoing]];
  expect(await pays(good, good)).toEqual([[first], [first]]);
  expect(await booksOf(good)).toEqual(['captured 2500 0', 'captured']);
});

it('a refused confirmation refunds, once however often it is said', async () => {
  const [good, bad] = [reservation(), reservation('tok_decline')];
  await pays(good, bad);
  const answers = [refunded(good, 2500), refunded(bad, 0)];
  expect(await undoes(good, bad)).toEqual(answers);
  expect(await undoes(good, bad)).toEqual(answers);
  expect(await booksOf(good)).toEqual(['refunded 2500 2500', 'refunded']);
  expect(await pays(good)).toEqual([[declined(good, 'void')]]);
});

it('an undo that overtakes its reservation leaves it void: the late one captures nothing', async () => {
  const late = reservation();
  expect(await undoes(late)).toEqual([refunded(late, 0)]);
  expect(await pays(late)).toEqual([[declined(late, 'void'), RefundStrayCapture({ orderId: late.body.orderId, amount: total })]]);
  expect(await booksOf(late)).toEqual(['void 0 0', undefined]);
});

it('a capture that was under way while it was undone is given back by payments itself', async () => {
  const slow = reservation();
  const unitOfWork = pgUnitOfWork(pool);
  const context = { signal: new AbortController().signal, get: () => gateway } as never;
  const learned = await part.call?.(slow, context);
  // The undo finds the charge already and gives it back; the answer to the capture is the older truth.
  expect(await undoes(slow)).toEqual([refunded(slow, 2500)]);
  const outcomes = await unitOfWork.run((tx) => part.batch([slow], tx, [learned]));
  expect(outcomes).toEqual([[declined(slow, 'void')]]);
  expect(await booksOf(slow)).toEqual(['refunded 2500 2500', 'refunded']);

  const later = reservation();
  expect(await undoes(later)).toEqual([refunded(later, 0)]);
  const captured = await part.call?.(later, context);
  const [[, stray]] = (await unitOfWork.run((tx) => part.batch([later], tx, [captured]))) as unknown as [[unknown, unknown]];
  expect(stray).toEqual(RefundStrayCapture({ orderId: later.body.orderId, amount: total }));
  const back = await handling(refundStrayCapture, options())(message(RefundStrayCapture, { orderId: later.body.orderId, amount: total }));
  expect(back).toEqual([[StrayCaptureRefunded({ orderId: later.body.orderId, amount: total })]]);
  expect(await booksOf(later)).toEqual(['stray-refunded 2500 2500', 'refunded']);
});

it('a reservation without a bill is an error before anything is captured', async () => {
  const { body: { bill: _, ...bare }, ...rest } = reservation();
  await expect(pays({ ...rest, body: bare })).rejects.toMatchObject({ code: 'bill-not-carried' });
  expect(await gateway.charge(bare.orderId)).toBeUndefined();
});
