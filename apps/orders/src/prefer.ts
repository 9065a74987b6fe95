/** Longer waits are cut: whatever lies between would close the connection. */
export const MAX_WAIT_SECONDS = 60;

/** A token, its value perhaps, and its parameters, which say nothing here (RFC 7240, 2). */
const PREFERENCE = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;"]*))?(?:\s*;[^,]*)?/g;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240, 4.3), at most 60; `undefined` where no wait is preferred. A preference that
 * makes no sense is ignored, as the RFC asks. The first of several counts.
 */
export function preferredWait(header: string | readonly string[] | undefined): number | undefined {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '');
  for (const [, name, value = ''] of text.matchAll(PREFERENCE)) {
    if (name?.toLowerCase() !== 'wait') continue;
    const seconds = /^"?(\d{1,9})"?$/.exec(value)?.[1];
    return seconds === undefined || Number(seconds) === 0 ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS);
  }
  return undefined;
}
