import { longDate, money, oneLine } from './format';

it.each([
  [1250, 'GBP', '£12.50'],
  [5, 'GBP', '£0.05'],
  [0, 'EUR', '€0.00'],
  [1250, 'JPY', 'JP¥1,250'],
  [1250, 'KWD', 'KWD\u00a01.250'],
  [1250, 'XYZ', 'XYZ\u00a012.50'],
  [Number.MAX_SAFE_INTEGER, 'GBP', '£90,071,992,547,409.91'],
])('%s minor units of %s are %s', (amount, currency, text) => {
  expect(money({ amount, currency })).toBe(text);
});

it('a date is the day in UTC', () => {
  expect(longDate(new Date('2026-11-20T23:59:59.999Z'))).toBe('20 November 2026');
});

it.each([
  ['plain', 'plain'],
  ['  a\r\nBcc: b@c.example\r\n\r\nd ', 'a Bcc: b@c.example d'],
  ['tab\there', 'tab here'],
  ['\u2028\u0000\ud800', ''],
  ['to be \u202etxt.exe', 'to be  txt.exe'],
  ['日本 \u{1F600}', '日本 \u{1F600}'],
  ['x'.repeat(1_001), `${'x'.repeat(999)}…`],
  ['\u{1F600}'.repeat(1_000), '\u{1F600}'.repeat(1_000)],
])('one line of %j', (value, line) => {
  expect(oneLine(value)).toBe(line);
});
