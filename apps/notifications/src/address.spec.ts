import { addressOf } from './address';

it.each([
  ['17850', 'shop.example', '17850@shop.example'],
  ['eve.smith+x', 'shop.example', 'eve.smith+x@shop.example'],
])('customer %s of %s has the address %s', (customerId, domain, address) => {
  expect(addressOf(customerId, domain)).toBe(address);
});

it.each(['', 'eve smith', 'eve@evil.example', 'eve@evil.example,bob', 'eve\r\nBcc: bob', '<eve>', '"eve"', '.eve', 'eve.', 'e..ve', 'Ève', 'x'.repeat(65)])(
  'customer %j has none, and gets no other one made of it',
  (customerId) => {
    expect(addressOf(customerId, 'shop.example')).toBeUndefined();
  },
);

it('without a domain nobody has one', () => {
  expect(addressOf('17850', undefined)).toBeUndefined();
});
