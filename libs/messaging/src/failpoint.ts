/** True only in the build made for crash tests; elsewhere the branches below are compiled away. */
declare const __FAILPOINTS__: boolean | undefined;

/** Where a crash is worth testing, in the order a batch passes them. */
export type FailPoint = 'before-commit' | 'after-commit' | 'before-ack' | 'after-publish' | 'after-confirm';

let passed = 0;

/**
 * Kills the process (SIGKILL) at a point named by `COMPTOIR_FAILPOINT=<point>:<work>:<nth>`: the nth time that work
 * passes it. `work` is `<service>.<handler or request>`.
 */
export function failPoint(point: FailPoint, work: string): void {
  if (typeof __FAILPOINTS__ !== 'undefined' && __FAILPOINTS__) {
    const [at, of, nth] = (process.env['COMPTOIR_FAILPOINT'] ?? '').split(':');
    if (at !== point || of !== work) return;
    passed += 1;
    if (passed === Number(nth ?? 1)) process.kill(process.pid, 'SIGKILL');
  }
}
