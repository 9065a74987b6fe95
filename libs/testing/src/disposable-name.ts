import { randomBytes } from 'node:crypto';

/** `test-<name>-<minutes since the epoch>-<random>`: whoever finds it later knows how old it is. */
export function disposableName(name: string, now: Date): string {
  const safe = name.toLowerCase().replace(/[^a-z0-9]+/g, '_').slice(0, 24);
  return `test-${safe}-${Math.floor(now.getTime() / 60_000)}-${randomBytes(4).toString('hex')}`;
}

const DAY_IN_MINUTES = 24 * 60;

/** True for what a test run made more than a day ago: it crashed before it could clear up. */
export function isLeftOver(name: string, now: Date): boolean {
  const minutes = /^test-[a-z0-9_]*-(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
  return minutes !== undefined && now.getTime() / 60_000 - Number(minutes) > DAY_IN_MINUTES;
}
