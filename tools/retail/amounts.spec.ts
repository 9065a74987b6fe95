import { customerOf, dateOf, minorUnits, wholeNumber } from './amounts';

it.each<[string, number | 'fraction' | undefined]>([
  ['2.55', 255],
  ['2.5', 250],
  ['3', 300],
  ['3.0', 300],
  ['0.29', 29], // 0.29 * 100 is 28.999999999999996
  ['1.15', 115],
  ['0.0', 0],
  ['-0.00', 0],
  ['-11062.06', -1106206],
  ['1.250', 125],
  ['1.255', 'fraction'],
  ['0.001', 'fraction'],
  ['', undefined],
  ['.5', undefined],
  ['1e3', undefined],
  ['1,50', undefined],
  ['£2', undefined],
  ['99999999999999999', undefined],
])('%j pounds are %p pence', (text, pence) => {
  expect(minorUnits(text)).toBe(pence);
});

it.each<[string, number | undefined]>([
  ['6', 6],
  ['6.0', 6],
  ['-12', -12],
  ['6.5', undefined],
  ['six', undefined],
  ['', undefined],
  ['1e2', undefined],
  ['99999999999999999', undefined],
])('%j is the whole number %p', (text, value) => {
  expect(wholeNumber(text)).toBe(value);
});

it.each([
  ['17850.0', '17850'],
  ['17850', '17850'],
  ['', ''],
  ['10.05', '10.05'],
])('customer %j is %j', (text, customer) => {
  expect(customerOf(text)).toBe(customer);
});

it.each([
  ['2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
  ['2010-12-01 08:26', '2010-12-01T08:26:00.000Z'],
  ['2010-02-30 08:26:00', undefined],
  ['2010-12-01 25:00:00', undefined],
  ['01/12/2010 08:26', undefined],
  ['', undefined],
])('%j is the moment %p', (text, moment) => {
  expect(dateOf(text)?.toISOString()).toBe(moment);
});
