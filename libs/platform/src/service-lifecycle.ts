import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Endpoint, type SqlTransaction, type Transport } from '@comptoir/messaging';
import { Pool } from 'pg';
import { ServiceLogger } from './logger';
import { Readiness } from './readiness';
import { TRANSPORT } from './tokens';

/**
 * Starts the endpoint before the process listens. Ends in the order of dependence: HTTP requests need the endpoint, the
 * endpoint needs broker and database. Nest closes the HTTP server between the two shutdown hooks.
 */
@Injectable()
export class ServiceLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly pool: Pool,
    private readonly readiness: Readiness,
    private readonly logger: ServiceLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.readiness.addAll(async () => {
      const { broker, database, missingConsumers } = await this.endpoint.readiness();
      return {
        broker: broker ? 'ok' : 'not connected',
        database: database ? 'ok' : 'no transaction possible',
        consumers: missingConsumers.length === 0 ? 'ok' : `not consuming ${missingConsumers.join(', ')}`,
      };
    });
    await this.transport.start();
    await this.endpoint.start();
  }

  beforeApplicationShutdown(): void {
    this.readiness.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.endpoint.drain();
    await this.transport.close();
    await this.pool.end();
    this.logger.info('Drained');
  }
}
