import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  Endpoint,
  pgPool,
  pgUnitOfWork,
  rabbitTransport,
  type ServiceDefinition,
  type SqlTransaction,
  type Transport,
  type UnitOfWork,
} from '@comptoir/messaging';
import { PrismaPg } from '@prisma/adapter-pg';
import type { ZodDto } from 'nestjs-zod';
import { Pool } from 'pg';
import type { z } from 'zod';
import { ConnectionConfig, LogConfig, readConfig, type Environment } from './config';
import { HealthController } from './health.controller';
import { ServiceLogger, winstonLogger } from './logger';
import { Metrics, metricsObserver } from './metrics';
import { MetricsController } from './metrics.controller';
import { Readiness } from './readiness';
import { ENVIRONMENT, SERVICE, TRANSPORT, UNIT_OF_WORK } from './tokens';
import { ServiceLifecycle } from './service-lifecycle';

/** The constructor of a generated Prisma client. */
type PrismaClientClass<P> = new (options: { adapter: PrismaPg }) => P;

export interface ServiceOptions<Tx, P extends object> {
  /** The routing table: what the service handles. */
  readonly service: ServiceDefinition<Tx>;
  /** The service's generated client, for reads; injectable by its class. It shares the service's pool. */
  readonly prisma?: PrismaClientClass<P>;
  /** Default: `pgUnitOfWork`. */
  readonly unitOfWork?: (database: { pool: Pool; prisma: P }) => UnitOfWork<Tx>;
  /**
   * The service's own variables: classes by `createZodDto(z.object({ GATEWAY_URL: z.url() }))`, injectable by the class
   * (in handlers: `context.get(PaymentsConfig)`). Read from the environment when the process starts.
   */
  readonly config?: readonly ZodDto<z.ZodObject>[];
}

/**
 * What every service has: configuration, log, database pool, endpoint, metrics, health. Global, so that controllers
 * inject `Endpoint`, `Pool`, `ServiceLogger`, `Readiness`, `Metrics` and the Prisma client by their classes.
 * The endpoint starts before the process listens, and drains after the last HTTP request was answered.
 */
@Module({})
export class ServiceModule {
  static forService<Tx = SqlTransaction, P extends object = object>(options: ServiceOptions<Tx, P>): DynamicModule {
    const { service, prisma, config = [] } = options;
    const shared: Provider[] = [
      { provide: ENVIRONMENT, useFactory: (): Environment => process.env },
      { provide: SERVICE, useValue: service },
      from(ConnectionSettings, [ENVIRONMENT], (env: Environment) => readConfig(ConnectionConfig, env)),
      from(ServiceLogger, [ENVIRONMENT], (env: Environment) => winstonLogger(service.name, readConfig(LogConfig, env))),
      from(Pool, [ConnectionSettings, ServiceLogger], (settings: ConnectionSettings, logger: ServiceLogger) =>
        loggedPool(service.name, settings, logger),
      ),
      from(TRANSPORT, [ConnectionSettings, ServiceLogger], (settings: ConnectionSettings, logger: ServiceLogger) =>
        rabbitTransport({ url: settings.AMQP_URL, name: service.name, logger }),
      ),
      from(UNIT_OF_WORK, [Pool, ...(prisma ? [prisma] : [])], (pool: Pool, client: P) =>
        options.unitOfWork ? options.unitOfWork({ pool, prisma: client }) : pgUnitOfWork(pool),
      ),
      from(
        Endpoint,
        [TRANSPORT, UNIT_OF_WORK, ServiceLogger, Metrics, ModuleRef],
        (transport: Transport, unitOfWork: UnitOfWork<Tx>, logger: ServiceLogger, metrics: Metrics, ref: ModuleRef) =>
          new Endpoint<Tx>({
            service,
            transport,
            unitOfWork,
            logger,
            observer: metricsObserver(metrics),
            get: (provider) => ref.get(provider, { strict: false }),
          }),
      ),
      from(Metrics, [], () => new Metrics(service.name)),
      Readiness,
      ...config.map((variables) => from(variables, [ENVIRONMENT], (env: Environment) => readConfig(variables.schema, env))),
      ...(prisma ? [from(prisma, [Pool], (pool: Pool) => new prisma({ adapter: new PrismaPg(pool) }))] : []),
    ];
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [...shared, ServiceLifecycle],
      exports: shared,
    };
  }
}

/** Its class is the injection token of the checked variables. */
abstract class ConnectionSettings implements ConnectionConfig {
  abstract readonly AMQP_URL: string;
  abstract readonly DATABASE_URL: string;
  abstract readonly DATABASE_POOL_SIZE: number;
}

const from = <Args extends unknown[]>(
  provide: FactoryProvider['provide'],
  inject: FactoryProvider['inject'],
  useFactory: (...args: Args) => unknown,
): FactoryProvider => ({ provide, inject, useFactory: useFactory as FactoryProvider['useFactory'] });

function loggedPool(name: string, settings: ConnectionConfig, logger: ServiceLogger): Pool {
  const pool = pgPool({ connectionString: settings.DATABASE_URL, applicationName: name, max: settings.DATABASE_POOL_SIZE });
  pool.on('error', (error) => logger.warn('Lost an idle database connection', { error: error.message }));
  return pool;
}
