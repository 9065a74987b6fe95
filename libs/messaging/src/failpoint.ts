/** True only in the build made for crash tests; elsewhere the branches below are compiled away. */
declare const __FAILPOINTS__: boolean | undefined;

/** Where a crash is worth testing, in the order a batch passes them. */
export type FailPoint = 'before-commit' | 'after-commit' | 'before-ack' | 'after-publish' | 'after-confirm';

/** What keeps messages from being lost or handled twice. Each can be switched off to see the test that needs it go red. */
export type Mechanism = 'inbox' | 'outbox' | 'relay' | 'confirms' | 'late-ack' | 'isolation';

let passed = 0;

/** True where `COMPTOIR_SWITCHED_OFF` names the mechanism; never outside the build for crash tests. */
export function switchedOff(mechanism: Mechanism): boolean {
  return (
    typeof __FAILPOINTS__ !== 'undefined' &&
    __FAILPOINTS__ &&
    (process.env['COMPTOIR_SWITCHED_OFF'] ?? '').split(',').includes(mechanism)
  );
}

/**
 * Kills the process (SIGKILL) at a point named by `COMPTOIR_FAILPOINT=<point>:<work>:<nth>`: the nth time that work
 * passes it. `work` is `<service>.<handler or request>`; of a projector `projection`, `rebuild` or `swap`, and `.<projection>`.
 */
export function failPoint(point: FailPoint, work: string): void {
  if (typeof __FAILPOINTS__ !== 'undefined' && __FAILPOINTS__) {
    const [at, of, nth] = (process.env['COMPTOIR_FAILPOINT'] ?? '').split(':');
    if (at !== point || of !== work) return;
    passed += 1;
    if (passed === Number(nth ?? 1)) process.kill(process.pid, 'SIGKILL');
  }
}

/** The same a moment later, when what was written before has left the process: a confirm takes a round trip more. */
export function failPointOnceSent(point: FailPoint, work: string): void {
  if (typeof __FAILPOINTS__ !== 'undefined' && __FAILPOINTS__) setImmediate(() => setImmediate(() => failPoint(point, work)));
}
