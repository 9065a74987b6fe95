import { z } from 'zod';

export const ROLES = ['projector', 'api'] as const;
export type Role = (typeof ROLES)[number];

export const ViewsConfig = z.object({
  DATABASE_URL: z.url(),
  /** The company's log, by a role that may read what it publishes. */
  LOG_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a URL like postgresql://views:password@host:5432/event-store' }),
  /** What this process does: `projector` carries the views on, `api` answers queries. */
  ROLES: z
    .string()
    .default(ROLES.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1)),
  /** Connections for queries, apart from those that project: neither waits for the other. */
  QUERY_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(6),
});
export type ViewsConfig = z.infer<typeof ViewsConfig>;
