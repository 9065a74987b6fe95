import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { ServiceLogger } from '@comptoir/platform';
import { cancelCheckout } from './cancel-checkout';
import { CheckoutDeadlines } from './checkout-deadlines';
import { paymentProcessed } from './payment-processed';

@Injectable()
class DeadlinesLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly deadlines: CheckoutDeadlines) {}

  onApplicationBootstrap(): void {
    this.deadlines.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.deadlines.stop();
  }
}

const ANSWERS = [...paymentProcessed, ...cancelCheckout];

/** The deadlines run as long as the service does, and end before its endpoint drains. */
export const deadlinesProviders: Provider[] = [
  {
    provide: CheckoutDeadlines,
    inject: [Endpoint, ServiceLogger],
    useFactory: (endpoint: Endpoint<SqlTransaction>, logger: ServiceLogger) =>
      new CheckoutDeadlines({
        transaction: (work) => endpoint.transaction(work, 'checkout-deadlines'),
        horizon: async () => {
          const horizons = await Promise.all(ANSWERS.map((handler) => endpoint.horizon(handler)));
          return new Date(Math.min(...horizons.map((each) => each.getTime())));
        },
        logger,
      }),
  },
  DeadlinesLifecycle,
];
