import type { Logger } from './logger';

/** Where the runtime reports what it does; the platform library turns it into metrics. What it throws is logged. */
export interface EndpointObserver {
  /** A batch committed. `duration` in seconds from taking it to the commit. */
  batch?(work: string, size: number, duration: number): void;
  published?(outcome: 'confirmed' | 'returned' | 'refused' | 'unknown', count: number): void;
  duplicate?(work: string, count: number): void;
  retried?(work: string, tier: string): void;
  deadLettered?(work: string, reason: string): void;
  /** A replayed message was acknowledged and not handled. */
  replayRefused?(work: string, reason: string): void;
}

/** An observer that cannot harm: a batch is no failure because a metric is. */
export function safeObserver(observer: EndpointObserver, logger: Logger): Required<EndpointObserver> {
  const safely =
    <Args extends unknown[]>(report: ((...args: Args) => void) | undefined) =>
    (...args: Args) => {
      try {
        report?.(...args);
      } catch (error) {
        logger.error('The observer threw', { error: String(error) });
      }
    };
  return {
    batch: safely(observer.batch?.bind(observer)),
    published: safely(observer.published?.bind(observer)),
    duplicate: safely(observer.duplicate?.bind(observer)),
    retried: safely(observer.retried?.bind(observer)),
    deadLettered: safely(observer.deadLettered?.bind(observer)),
    replayRefused: safely(observer.replayRefused?.bind(observer)),
  };
}
