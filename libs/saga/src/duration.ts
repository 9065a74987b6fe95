const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type Duration = `${number}${keyof typeof UNITS}`;

/** Milliseconds. Throws a TypeError for anything that is not a positive duration. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  const value = match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : 0;
  if (!(value > 0) || !Number.isFinite(value))
    throw new TypeError(`"${duration}" is not a duration such as 500ms, 30s or 5m`);
  return Math.round(value);
}

/** For people: the largest unit that divides it. */
export function inWords(ms: number): string {
  const units = [
    ['d', UNITS.d],
    ['h', UNITS.h],
    ['min', UNITS.m],
    ['s', UNITS.s],
  ] as const;
  const unit = units.find(([, size]) => ms >= size && ms % size === 0);
  return unit ? `${ms / unit[1]} ${unit[0]}` : `${ms} ms`;
}
