import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { ENVIRONMENT, Metrics, readConfig, Readiness, ServiceLogger, type Environment } from '@comptoir/platform';
import { ClaimsConfig } from './config';
import { OrderDesk } from './orders/order-desk';
import { OrdersClient } from './orders/orders-client';
import { ordersMetrics } from './orders/orders-metrics';
import { RefundDeadlines } from './refund-deadlines';
import { settleClaim } from './settle-claim';
import { VerificationWorker } from './verification';

const POLL_MS = 1_000;

/** What runs beside the messages and requests, for as long as the service does. */
@Injectable()
class ClaimsWork implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly orders: OrderDesk,
    private readonly verification: VerificationWorker,
    private readonly deadlines: RefundDeadlines,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.add('orders', async () => {
      const { state } = this.orders;
      return state === 'closed' ? undefined : { degraded: `the circuit breaker is ${state}; claims are taken unverified` };
    });
    this.verification.start();
    this.deadlines.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.verification.stop(), this.deadlines.stop()]);
  }

  /** Requests under way were answered by now. */
  onApplicationShutdown(): void {
    this.orders.close();
  }
}

export const claimsWork: Provider[] = [
  { provide: ClaimsConfig, inject: [ENVIRONMENT], useFactory: (env: Environment) => readConfig(ClaimsConfig.schema, env) },
  {
    provide: OrderDesk,
    inject: [ClaimsConfig, Metrics],
    useFactory: (config: ClaimsConfig, metrics: Metrics) =>
      new OrderDesk({
        client: new OrdersClient({ url: config.ORDERS_URL, timeoutMs: config.ORDERS_TIMEOUT_MS }),
        resetMs: config.ORDERS_BREAKER_RESET_MS,
        ...ordersMetrics(metrics.registry),
      }),
  },
  {
    provide: VerificationWorker,
    inject: [OrderDesk, Endpoint, ServiceLogger, ClaimsConfig],
    useFactory: (orders: OrderDesk, endpoint: Endpoint<SqlTransaction>, logger: ServiceLogger, config: ClaimsConfig) =>
      new VerificationWorker({
        orders,
        transaction: (work) => endpoint.transaction(work, 'verification'),
        logger,
        pollMs: Math.min(POLL_MS, config.ORDERS_BREAKER_RESET_MS),
      }),
  },
  {
    provide: RefundDeadlines,
    inject: [Endpoint, ServiceLogger, ClaimsConfig],
    useFactory: (endpoint: Endpoint<SqlTransaction>, logger: ServiceLogger, { CLAIMS_REFUND_DEADLINE_MS: deadlineMs }: ClaimsConfig) =>
      new RefundDeadlines({
        deadlineMs,
        pollMs: Math.min(POLL_MS, deadlineMs),
        transaction: (work) => endpoint.transaction(work, 'refund-deadlines'),
        horizon: () => endpoint.horizon(settleClaim[0]),
        logger,
      }),
  },
  ClaimsWork,
];
