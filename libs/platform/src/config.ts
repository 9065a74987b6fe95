import { z } from 'zod';
import { pathOf } from './validation';

/** The environment does not say what the process needs to know. Lists every variable that is wrong, not the first. */
export class ConfigInvalid extends Error {
  readonly code = 'config-invalid';
  constructor(readonly problems: readonly { variable: string; message: string }[]) {
    super(
      ['The configuration is not valid:', ...problems.map(({ variable, message }) => `  ${variable}: ${message}`)].join('\n'),
    );
    this.name = 'ConfigInvalid';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export const HttpConfig = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  /** After this time a shutdown that is still busy is given up. */
  SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().positive().default(30_000),
});

export const LogConfig = z.object({
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  LOG_FORMAT: z.enum(['json', 'readable']).optional(),
  NODE_ENV: z.string().optional(),
});
export type LogConfig = z.infer<typeof LogConfig>;

export const ConnectionConfig = z.object({
  AMQP_URL: z.url({ protocol: /^amqps?$/, error: 'must be a URL like amqp://user:password@host:5672/vhost' }),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be a URL like postgresql://user:password@host:5432/database',
  }),
  /** Few are needed: one for the running batch, one for the relay, the others for reads. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(100).default(6),
});
export type ConnectionConfig = z.infer<typeof ConnectionConfig>;

/** Read first and together, so that whoever sets a service up hears of everything at once. */
export const CommonConfig = z.object({ ...HttpConfig.shape, ...LogConfig.shape, ...ConnectionConfig.shape });

/** Reads what the schema names. A variable set to nothing counts as not set. */
export function readConfig<S extends z.ZodType>(schema: S, environment: Environment): z.output<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigInvalid(
    result.error.issues.map((issue) => ({
      variable: pathOf(issue.path),
      message: String(issue.path[0]) in given ? issue.message : 'is not set',
    })),
  );
}
