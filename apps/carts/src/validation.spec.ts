import { CartRejected, CartValidated } from '@comptoir/contracts/carts';
import type { Cart } from './cart';
import { settle, type Known, type Validation } from './validation';

const cart: Cart = { cartId: 'cart-1', orderId: null, lines: [{ sku: 'TEAPOT', quantity: 2 }] };
const known = (validations: Validation[] = []): Known => ({
  carts: new Map([['cart-1', cart]]),
  offers: new Map([['TEAPOT', { sku: 'TEAPOT', currency: 'GBP', prices: [500], discontinued: false }]]),
  validations: new Map(validations.map((each) => [each.orderId, each])),
});
const wish = (orderId: string, cartId = 'cart-1') => ({ orderId, cartId });
const outcome = { lines: [{ sku: 'TEAPOT', quantity: 2, unitPrice: 450 }], total: { amount: 900, currency: 'GBP' } };

it('prices the cart and binds it to the order', () => {
  const { fresh, answers } = settle([wish('order-1')], known());
  expect(answers).toEqual([
    CartValidated({
      orderId: 'order-1',
      cartId: 'cart-1',
      lines: [{ sku: 'TEAPOT', quantity: 2, unitPrice: 500 }],
      total: { amount: 1000, currency: 'GBP' },
    }),
  ]);
  expect(fresh).toMatchObject([{ orderId: 'order-1', cartId: 'cart-1', state: 'validated' }]);
});

it('gives a cart to the first of two orders in one batch', () => {
  const { fresh, answers } = settle([wish('order-1'), wish('order-2')], known());
  expect(answers.map(({ type }) => type)).toEqual([CartValidated, CartRejected]);
  expect(answers[1]?.body).toMatchObject({ orderId: 'order-2', reason: 'cart-already-ordered' });
  expect(fresh.map(({ state }) => state)).toEqual(['validated', 'rejected']);
});

it('answers an order twice in one batch alike, and records it once', () => {
  const { fresh, answers } = settle([wish('order-1'), wish('order-1')], known());
  expect(answers[1]).toEqual(answers[0]);
  expect(fresh).toHaveLength(1);
});

it('repeats the recorded prices, whatever they are now', () => {
  const { fresh, answers } = settle([wish('order-1')], known([{ ...wish('order-1'), state: 'validated', outcome }]));
  expect(answers).toEqual([CartValidated({ ...wish('order-1'), ...outcome })]);
  expect(fresh).toEqual([]);
});

it('repeats a recorded refusal, though the cart would do now', () => {
  const refusal = { reason: 'cart-empty', detail: 'It was' } as const;
  const { answers } = settle([wish('order-1')], known([{ ...wish('order-1'), state: 'rejected', outcome: refusal }]));
  expect(answers).toEqual([CartRejected({ ...wish('order-1'), ...refusal })]);
});

it.each<Validation>([
  { ...wish('order-1'), state: 'void', outcome: null },
  { ...wish('order-1'), state: 'released', outcome },
])('refuses an order that was cancelled ($state)', (validation) => {
  const { fresh, answers } = settle([wish('order-1')], known([validation]));
  expect(answers[0]).toMatchObject({ type: CartRejected, body: { orderId: 'order-1', reason: 'void' } });
  expect(fresh).toEqual([]);
});

it('records an order whose cart does not exist', () => {
  const { fresh } = settle([wish('order-1', 'cart-9')], known());
  expect(fresh).toMatchObject([{ state: 'rejected', outcome: { reason: 'cart-not-found' } }]);
});
