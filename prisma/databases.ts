/**
 * Which owners have a schema in which database. A service has a database of its own, named like itself; in it, its own
 * schema and those of the libraries it uses, each with one migration history in `prisma/<owner>/migrations`.
 */
export const DATABASES = {
  catalog: ['messaging', 'catalog'],
  carts: ['messaging', 'carts'],
  inventory: ['messaging', 'inventory'],
  payments: ['messaging', 'payments', 'gateway'],
  orders: ['messaging', 'orders'],
  orchestrator: ['messaging', 'saga'],
  claims: ['messaging', 'event_store', 'claims'],
  notifications: ['messaging', 'notifications'],
  'event-store': ['messaging', 'event_store', 'event_log'],
  views: ['messaging', 'projection', 'views', 'conversations'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type DatabaseName = keyof typeof DATABASES;
export const DATABASE_NAMES = Object.keys(DATABASES) as DatabaseName[];

/**
 * The one exception to "only its own database": who may read which views of another's. Nothing can be written through them,
 * and nothing else there can be read.
 */
export const READERS: Readonly<Partial<Record<DatabaseName, Readonly<Partial<Record<DatabaseName, readonly string[]>>>>>> = {
  'event-store': { views: ['event_store.published', 'event_store.published_head'] },
};

/** The role a service works with reaches only its own database. The passwords are for development only. */
export const rolePassword = (service: string) => `${service}-dev`;
