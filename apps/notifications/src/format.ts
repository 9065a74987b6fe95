import type { Money } from '@comptoir/contracts';

const LOCALE = 'en-GB';

/** Minor units as people write them, by the currency's own number of decimals: `£12.50`, `JP¥1,250`. Exact for any amount. */
export function money({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 0;
  // As text: a large amount divided as a number would lose its pence.
  const digits = String(amount).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return format.format(decimals > 0 ? `${Number.parseInt(whole, 10)}.${digits.slice(-decimals)}` as `${number}` : amount);
}

/** The day, in UTC as all times here: `20 November 2026`. */
export const longDate = (time: Date) => new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeZone: 'UTC' }).format(time);

/** Control characters, line and paragraph separators, and what turns the direction of the text after it. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]+/gu;
const LONGEST = 1_000;

/** One line that can stand in a header: whoever wrote it begins no line of their own with it. Cut after 1,000 characters. */
export function oneLine(value: string): string {
  const line = value.replace(UNPRINTABLE, ' ').trim();
  const characters = [...line];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : line;
}
