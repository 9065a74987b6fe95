import { topicMatches } from './topic';

it.each([
  ['carts.validate-cart', 'carts.validate-cart', true],
  ['carts.validate-cart', 'carts.validate', false],
  ['orders.order-placed.*', 'orders.order-placed.order-fulfilment', true],
  ['orders.order-placed.*', 'orders.order-placed', false],
  ['orders.order-placed.*', 'orders.order-placed.a.b', false],
  ['#', '', true],
  ['#', 'a.b.c', true],
  ['a.#', 'a', true],
  ['a.#', 'a.b.c', true],
  ['a.#.z', 'a.z', true],
  ['a.#.z', 'a.b.c.z', true],
  ['a.#.z', 'a.b.c', false],
  ['#.#', 'a', true],
  ['*', '', false],
  ['*.#', '', false],
  ['*.b', 'a.b', true],
  ['', '', true],
  ['', 'a', false],
])('the binding "%s" takes "%s": %s', (pattern, key, taken) => {
  expect(topicMatches(pattern, key)).toBe(taken);
});
