import type { Provider } from '@nestjs/common';
import { ENVIRONMENT, readConfig, type Environment } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

export class LogConfig extends createZodDto(
  z.object({
    /** An event that waits this long for its predecessor is told to people. */
    GAP_OVERDUE_AFTER_MS: z.coerce.number().int().positive().default(30_000),
    WATCH_EVERY_MS: z.coerce.number().int().positive().default(2_000),
    REPLAY_POLL_MS: z.coerce.number().int().positive().default(1_000),
    /** After so long without a sign of life of the process that works on a replay, another one goes on. */
    REPLAY_LEASE_MS: z.coerce.number().int().positive().default(10_000),
  }),
) {}

export const logConfig: Provider = {
  provide: LogConfig,
  inject: [ENVIRONMENT],
  useFactory: (env: Environment) => readConfig(LogConfig.schema, env),
};
