import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import type { SqlTransaction } from '@comptoir/messaging';
import { ENVIRONMENT, readConfig, ServiceLogger, type Environment } from '@comptoir/platform';
import { Pool } from 'pg';
import { z } from 'zod';
import { Endings } from './endings';
import { EndingsListener } from './endings-listener';
import { OpenOrders } from './open-orders';
import { countOpenOrders } from './sql/count-open-orders';
import { endedOrders } from './sql/ended-orders';

export const OrdersConfig = z.object({
  DATABASE_URL: z.url(),
  /** Orders that may be open at a time, over all processes. */
  ORDERS_OPEN_LIMIT: z.coerce.number().int().positive().default(5_000),
});

/** Before the HTTP server closes nobody may wait any more, or closing would wait for them. */
@Injectable()
class WaitingLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly endings: Endings,
    private readonly listener: EndingsListener,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.listener.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.endings.close();
    await this.listener.stop();
  }
}

/** What POST /orders needs beside the endpoint: a limit, and a way to wait. */
export const waitingProviders: Provider[] = [
  {
    provide: OpenOrders,
    inject: [ENVIRONMENT, Pool],
    useFactory: (env: Environment, pool: Pool) => {
      const limit = readConfig(OrdersConfig, env).ORDERS_OPEN_LIMIT;
      return new OpenOrders({
        limit,
        count: async () => (await countOpenOrders(readingFrom(pool), limit))[0]?.open ?? 0,
      });
    },
  },
  {
    provide: Endings,
    inject: [Pool],
    useFactory: (pool: Pool) => new Endings({ readEnded: (orderIds) => endedOrders(readingFrom(pool), orderIds) }),
  },
  {
    provide: EndingsListener,
    inject: [ENVIRONMENT, Endings, ServiceLogger],
    useFactory: (env: Environment, endings: Endings, logger: ServiceLogger) =>
      new EndingsListener({ url: readConfig(OrdersConfig, env).DATABASE_URL, endings, logger }),
  },
  WaitingLifecycle,
];

/** Single statements, each a transaction of its own. */
const readingFrom = (pool: Pool): SqlTransaction => ({
  query: async <Row>(statement: { name: string; text: string }, values: readonly unknown[]) =>
    (await pool.query({ ...statement, values: [...values] })).rows as Row[],
});
