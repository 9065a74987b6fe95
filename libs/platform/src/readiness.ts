/** Well enough to do its work, if not all of it: told, and ready all the same. */
export interface Degraded {
  /** What is away, and what is done without it. */
  readonly degraded: string;
}

/** Resolves when all is well, or well enough; its rejection's message says what is not. */
export type ReadinessCheck = () => Promise<Degraded | undefined | void>;

/** `ok`, `degraded: ...` or what is wrong, by the name of the check. */
export type ReadinessOutcomes = Readonly<Record<string, string>>;

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: ReadinessOutcomes;
}

/** A check that hangs is a failed check: whoever asks decides quickly. */
const CHECK_TIMEOUT_MS = 2_000;
const DEGRADED = 'degraded: ';

/** Whether the service can do its work. A service adds checks of its own: `readiness.add('gateway', () => ...)`. */
export class Readiness {
  private readonly checks: (() => Promise<ReadinessOutcomes>)[] = [];
  private draining = false;

  add(name: string, check: ReadinessCheck): void {
    const outcome = (fine: Degraded | undefined | void) => (fine ? `${DEGRADED}${fine.degraded}` : 'ok');
    this.addAll(() => check().then((fine) => ({ [name]: outcome(fine) }), (error: unknown) => ({ [name]: textOf(error) })));
  }

  /** Adds a check with several outcomes. */
  addAll(check: () => Promise<ReadinessOutcomes>): void {
    this.checks.push(check);
  }

  /** From now on the answer is no: load balancers stop sending requests. */
  drain(): void {
    this.draining = true;
  }

  async report(): Promise<ReadinessReport> {
    if (this.draining) return { ready: false, checks: { process: 'shutting down' } };
    const late = timeOut();
    const outcomes = await Promise.all(
      this.checks.map((check) => Promise.race([check().catch((error: unknown) => ({ check: textOf(error) })), late.promise])),
    );
    clearTimeout(late.timer);
    const checks = Object.assign({}, ...outcomes) as ReadinessOutcomes;
    return { ready: Object.values(checks).every((outcome) => outcome === 'ok' || outcome.startsWith(DEGRADED)), checks };
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function timeOut(): { promise: Promise<ReadinessOutcomes>; timer: NodeJS.Timeout } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<ReadinessOutcomes>((resolve) => {
    timer = setTimeout(() => resolve({ time: `a check did not answer within ${CHECK_TIMEOUT_MS} ms` }), CHECK_TIMEOUT_MS);
  });
  return { promise, timer: timer as unknown as NodeJS.Timeout };
}
