import { Day, Instant } from './time';

it.each([
  ['2026-11-20T12:00:00Z', true],
  ['2026-11-20T12:00:00.123456Z', true],
  ['2026-11-20T12:00:00+05:30', true],
  ['0001-01-01T00:00:00Z', true],
  ['9999-12-31T23:59:59.999Z', true],
  ['0000-12-31T23:59:59Z', false],
  ['0001-01-01T00:00:00+00:01', false],
  ['9999-12-31T23:59:59-00:01', false],
  ['2026-02-30T00:00:00Z', false],
  ['2026-11-20', false],
])('%s as a moment: %s', (text, taken) => expect(Instant.safeParse(text).success).toBe(taken));

it.each([
  ['2026-11-20', true],
  ['0001-01-01', true],
  ['9999-12-31', true],
  ['0000-12-31', false],
  ['2026-02-30', false],
])('%s as a day: %s', (text, taken) => expect(Day.safeParse(text).success).toBe(taken));
