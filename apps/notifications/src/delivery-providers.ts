import type { Provider } from '@nestjs/common';
import type { SqlTransaction } from '@comptoir/messaging';
import { ENVIRONMENT, readConfig, ServiceLogger, type Environment } from '@comptoir/platform';
import { Pool } from 'pg';
import { CHANNELS, type Channel } from './channels/channel';
import { fileChannel } from './channels/file-channel';
import { logChannel } from './channels/log-channel';
import { smtpChannel } from './channels/smtp-channel';
import { Delivery } from './delivery';
import { z } from 'zod';

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const NEEDED = {
  log: [],
  file: ['NOTIFICATIONS_FILE'],
  smtp: ['NOTIFICATIONS_SMTP_URL', 'NOTIFICATIONS_FROM', 'NOTIFICATIONS_DOMAIN'],
} as const;

export const NotificationsConfig = z
  .object({
    NOTIFICATIONS_CHANNEL: z.enum(CHANNELS).default('log'),
    NOTIFICATIONS_FILE: z.string().optional(),
    NOTIFICATIONS_SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be a URL like smtp://user:password@host:587' }).optional(),
    NOTIFICATIONS_FROM: z.email().optional(),
    /** Delivers by customer id: a customer's address is `<customerId>@<domain>`. */
    NOTIFICATIONS_DOMAIN: z.string().max(253).regex(HOST_NAME, 'must be a domain').optional(),
    NOTIFICATIONS_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(15_000),
    NOTIFICATIONS_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(5),
  })
  .superRefine((config, context) => {
    for (const variable of NEEDED[config.NOTIFICATIONS_CHANNEL])
      if (config[variable] === undefined) context.addIssue({ code: 'custom', path: [variable], message: 'is not set' });
  });
export type NotificationsConfig = z.output<typeof NotificationsConfig>;

export function channelOf(config: NotificationsConfig, logger: ServiceLogger): Channel {
  const { NOTIFICATIONS_FILE: file = '', NOTIFICATIONS_SMTP_URL: url = '', NOTIFICATIONS_FROM: from = '' } = config;
  switch (config.NOTIFICATIONS_CHANNEL) {
    case 'log':
      return logChannel(logger);
    case 'file':
      return fileChannel(file, () => new Date());
    case 'smtp':
      return smtpChannel({ url, from, timeoutMs: config.NOTIFICATIONS_TIMEOUT_MS });
  }
}

export const deliveryProviders: Provider[] = [
  {
    provide: Delivery,
    inject: [ENVIRONMENT, Pool, ServiceLogger],
    useFactory: (environment: Environment, pool: Pool, logger: ServiceLogger) => {
      const config = readConfig(NotificationsConfig, environment);
      return new Delivery({
        channel: channelOf(config, logger),
        database: onPool(pool),
        domain: config.NOTIFICATIONS_DOMAIN,
        timeoutMs: config.NOTIFICATIONS_TIMEOUT_MS,
        concurrency: config.NOTIFICATIONS_CONCURRENCY,
        logger,
      });
    },
  },
];

/** Each statement is a transaction by itself: an attempt is on record before anybody is told, and no lock is held meanwhile. */
export const onPool = (pool: Pool): SqlTransaction => ({
  query: async <Row>(statement: { name: string; text: string }, values: readonly unknown[]) =>
    (await pool.query({ ...statement, values: [...values] })).rows as Row[],
});
