/** Pounds as text to pence: `2.5` is 250. `undefined` where it is no number; `fraction` where it is not whole pence. */
export function minorUnits(text: string): number | 'fraction' | undefined {
  const [, sign = '', whole = '', decimals = ''] = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  const pence = decimals.replace(/0+$/, '');
  const amount = Number(whole + pence.slice(0, 2).padEnd(2, '0'));
  if (!Number.isSafeInteger(amount)) return undefined;
  if (pence.length > 2) return 'fraction';
  return sign === '-' && amount !== 0 ? -amount : amount;
}

/** A whole number, also written `6.0`. */
export function wholeNumber(text: string): number | undefined {
  const value = /^[+-]?\d+(\.0*)?$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `17850.0`, as spreadsheets write a number, is customer 17850. */
export const customerOf = (text: string): string => text.replace(/\.0+$/, '');

/** `2010-12-01 08:26:00`, taken as UTC. */
export function dateOf(text: string): Date | undefined {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)$/.exec(text) ?? [];
  const date = new Date(`${day}T${time}Z`);
  // The thirty-first of February would become the third of March.
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day ?? '') ? undefined : date;
}
