/** The delayed-retry queues that exist, by name. A tier's name is its delay. */
export const RETRY_TIERS = { '1s': 1_000, '10s': 10_000, '60s': 60_000 } as const;
export type RetryTier = keyof typeof RETRY_TIERS;

/** The tier before attempt 2, 3, ...; after the last the message is dead-lettered. */
export type RetryPolicy = readonly RetryTier[];

/** About three minutes in all. */
export const DEFAULT_RETRY: RetryPolicy = ['1s', '1s', '10s', '10s', '60s', '60s'];
