/** Where the runtime reports what it does; the platform library turns it into metrics. Must not throw. */
export interface EndpointObserver {
  /** A batch committed. `duration` in seconds from taking it to the commit. */
  batch?(work: string, size: number, duration: number): void;
  published?(outcome: 'confirmed' | 'returned' | 'refused' | 'unknown', count: number): void;
  duplicate?(work: string, count: number): void;
  retried?(work: string, tier: string): void;
  deadLettered?(work: string, reason: string): void;
}
