import type { Logger } from '@comptoir/messaging';

export interface ShutdownOptions {
  /** Ends everything in order; see `ServiceLifecycle`. */
  readonly close: () => Promise<void>;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/**
 * SIGTERM and SIGINT drain, then exit with 0. The same signal again exits at once; the other one does not, because a
 * Ctrl-C reaches a whole process group and its supervisor may pass it on as SIGTERM. What nobody caught is logged and
 * ends the process with 1: its state is unknown, and everything durable survives.
 */
export function shutDownOnSignals({ close, logger, timeoutMs }: ShutdownOptions): void {
  let first: Signal | undefined;
  const onSignal = (signal: Signal) => {
    if (first === signal) process.exit(128 + SIGNALS[signal]);
    if (first) return;
    first = signal;
    logger.info('Shutting down', { signal });
    const late = setTimeout(() => {
      logger.error('The shutdown took too long; giving up', { timeoutMs });
      process.exit(1);
    }, timeoutMs);
    late.unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('The shutdown failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const onFatal = (what: string) => (error: unknown) => {
    logger.error(what, { error: error instanceof Error ? error : String(error) });
    process.exit(1);
  };
  process.on('unhandledRejection', onFatal('Unhandled rejection'));
  process.on('uncaughtException', onFatal('Uncaught exception'));
}
