import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { Metrics, Readiness, ServiceLogger } from '@comptoir/platform';
import { postgresSagaStore, SagaTimers, unregisteredVersions } from '@comptoir/saga';
import { sagaMetrics } from './saga-metrics';
import { SAGAS, type RegisteredSaga } from './sagas';

/** What runs beside the messages: deadlines, and the check that every live saga can go on here. */
@Injectable()
export class SagaWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timers: readonly SagaTimers[];

  constructor(
    @Inject(SAGAS) private readonly sagas: readonly RegisteredSaga[],
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly readiness: Readiness,
    metrics: Metrics,
    logger: ServiceLogger,
  ) {
    sagaMetrics.register(metrics.registry);
    this.timers = sagas.map(
      ({ definitions, handler }) =>
        new SagaTimers({
          definitions,
          store: postgresSagaStore,
          transaction: (work) => endpoint.transaction(work, 'timers'),
          horizon: () => endpoint.horizon(handler),
          logger,
          observer: sagaMetrics.observer,
        }),
    );
  }

  onApplicationBootstrap(): void {
    this.readiness.add('saga definitions', () => this.checkVersions());
    for (const timers of this.timers) timers.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.timers.map((timers) => timers.stop()));
  }

  private async checkVersions(): Promise<void> {
    const registered = this.sagas.flatMap(({ definitions }) => definitions);
    const missing = await this.endpoint.transaction(async (tx) => ({
      result: await unregisteredVersions(tx, postgresSagaStore, registered),
      messages: [],
    }));
    if (missing.length === 0) return;
    const list = missing.map(
      ({ type, definitionVersion, count }) => `${type} version ${definitionVersion} (${count} live)`,
    );
    throw new Error(`not registered: ${list.join(', ')}`);
  }
}
