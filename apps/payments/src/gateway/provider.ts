import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { Endpoint, pgPool, type SqlTransaction } from '@comptoir/messaging';
import { ENVIRONMENT, readConfig, ServiceLogger, type Environment } from '@comptoir/platform';
import type { Pool } from 'pg';
import { z } from 'zod';
import { Reconciliation } from '../reconciliation';
import { PaymentGateway } from './payment-gateway';
import { SimulatedGateway } from './simulated-gateway';

export const GatewayConfig = z.object({
  /** The gateway's books. Default: the service's own database, in a schema of their own. */
  GATEWAY_DATABASE_URL: z.url().optional(),
  DATABASE_URL: z.url(),
  GATEWAY_TIMEOUT_MS: z.coerce.number().int().min(10).max(60_000).default(5_000),
  GATEWAY_LATENCY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
  GATEWAY_FAILURE_RATE: z.coerce.number().min(0).max(1).default(0),
  /** So long after a payment was made void, no capture that was asked for before can be under way any more. */
  GATEWAY_RECONCILE_AFTER_MS: z.coerce.number().int().min(1).default(60_000),
});

/** How often void payments are looked for that have not been compared with the gateway. */
const RECONCILE_EVERY_MS = 5_000;

const GATEWAY_CONFIG = Symbol('gateway configuration');
const GATEWAY_POOL = Symbol('gateway pool');

/** Compares with the gateway while the service runs, and ends its connections when nothing can ask it any more. */
@Injectable()
class GatewayLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(GATEWAY_POOL) private readonly pool: Pool,
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly reconciliation: Reconciliation,
  ) {}

  onApplicationBootstrap(): void {
    this.reconciliation.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciliation.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.endpoint.drain();
    await this.pool.end();
  }
}

/** Two connections of its own: the gateway is another system, and never takes part in the service's transactions. */
export const gatewayProviders: Provider[] = [
  { provide: GATEWAY_CONFIG, inject: [ENVIRONMENT], useFactory: (env: Environment) => readConfig(GatewayConfig, env) },
  {
    provide: GATEWAY_POOL,
    inject: [GATEWAY_CONFIG],
    useFactory: (config: z.output<typeof GatewayConfig>) =>
      pgPool({
        connectionString: config.GATEWAY_DATABASE_URL ?? config.DATABASE_URL,
        applicationName: 'payment-gateway',
        max: 2,
      }),
  },
  {
    provide: PaymentGateway,
    inject: [GATEWAY_CONFIG, GATEWAY_POOL],
    useFactory: (config: z.output<typeof GatewayConfig>, pool: Pool) =>
      new PaymentGateway(
        new SimulatedGateway({
          books: booksOn(pool),
          latencyMs: config.GATEWAY_LATENCY_MS,
          failureRate: config.GATEWAY_FAILURE_RATE,
        }),
        config.GATEWAY_TIMEOUT_MS,
      ),
  },
  {
    provide: Reconciliation,
    inject: [GATEWAY_CONFIG, PaymentGateway, Endpoint, ServiceLogger],
    useFactory: (config: z.output<typeof GatewayConfig>, gateway: PaymentGateway, endpoint: Endpoint<SqlTransaction>, logger: ServiceLogger) =>
      new Reconciliation({
        afterMs: config.GATEWAY_RECONCILE_AFTER_MS,
        everyMs: Math.min(RECONCILE_EVERY_MS, config.GATEWAY_RECONCILE_AFTER_MS),
        gateway,
        transaction: (work) => endpoint.transaction(work, 'reconciliation'),
        logger,
      }),
  },
  GatewayLifecycle,
];

/** Each statement is a transaction by itself. */
export const booksOn = (pool: Pool): SqlTransaction => ({
  query: async <Row>(statement: { name: string; text: string }, values: readonly unknown[]) =>
    (await pool.query({ ...statement, values: [...values] })).rows as Row[],
});
