const LONGEST = 300;
const LONGEST_VALUE = 80;

/**
 * What a body says in a line for people: `orderId: 0190…, amount: 1250 GBP, lines: 2`. Names and values as they are, amounts with
 * their currency, lists and objects by their size. Takes any JSON; without control characters, 300 characters at most.
 */
export function bodySummary(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return cut(short(body), LONGEST);
  const parts: string[] = [];
  let length = 0;
  for (const [name, value] of Object.entries(body)) {
    const part = `${cut(oneLine(name), LONGEST_VALUE)}: ${short(value)}`;
    length += part.length + 2;
    parts.push(part);
    if (length > LONGEST) break;
  }
  return cut(parts.join(', '), LONGEST);
}

function short(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  if (typeof value !== 'object' || value === null) return cut(oneLine(String(value)), LONGEST_VALUE);
  const { amount, currency, ...more } = value as Record<string, unknown>;
  if (typeof amount === 'number' && typeof currency === 'string' && Object.keys(more).length === 0) return `${amount} ${cut(oneLine(currency), 10)}`;
  return `{${Object.keys(value).length}}`;
}

/** Without what no database text can hold, and what would break a line. */
export const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not between the halves of a character.
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
