import {
  Injectable, type BeforeApplicationShutdown, type CanActivate, type OnApplicationBootstrap, type OnApplicationShutdown, type Provider,
} from '@nestjs/common';
import { pgPool } from '@comptoir/messaging';
import { ENVIRONMENT, Metrics, Problem, readConfig, Readiness, ServiceLogger, type Environment } from '@comptoir/platform';
import { Pool } from 'pg';
import { type Role, ViewsConfig } from '../config';
import { Reads } from '../rows/reads';
import { VIEWS } from '../views';
import { ProjectionMetrics } from './metrics';
import { ProjectionWork } from './projection-work';
import { Projections } from './projections';

/** What this process does. */
export class Roles {
  constructor(private readonly roles: readonly Role[]) {}
  has(role: Role): boolean {
    return this.roles.includes(role);
  }
}

/** Queries are answered by processes that have the role for it: a projector keeps its time for projecting. */
@Injectable()
export class ApiOnly implements CanActivate {
  constructor(private readonly roles: Roles) {}
  canActivate(): boolean {
    if (this.roles.has('api')) return true;
    throw new Problem({ status: 503, code: 'not-an-api', title: 'This process answers no queries', detail: 'Its ROLES are without api' });
  }
}

/** The log's own connections, apart from those to the read models. */
export class LogPool {
  constructor(readonly pool: Pool) {}
}

@Injectable()
class ProjectionLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly work: ProjectionWork;

  constructor(
    projections: Projections,
    private readonly roles: Roles,
    private readonly log: LogPool,
    private readonly reads: Reads,
    private readonly readiness: Readiness,
    logger: ServiceLogger,
  ) {
    this.work = new ProjectionWork(projections, logger);
  }

  onApplicationBootstrap(): void {
    this.readiness.add('log', async () => {
      await this.log.pool.query('SELECT position FROM event_store.published_head');
    });
    if (this.roles.has('projector')) this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** After the last request. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.log.pool.end(), this.reads.close()]);
  }
}

const configOf = (env: Environment) => readConfig(ViewsConfig, env);

export const projectionProviders: Provider[] = [
  { provide: Roles, inject: [ENVIRONMENT], useFactory: (env: Environment) => new Roles(configOf(env).ROLES) },
  {
    provide: LogPool,
    inject: [ENVIRONMENT],
    useFactory: (env: Environment) =>
      new LogPool(pgPool({ connectionString: configOf(env).LOG_DATABASE_URL, applicationName: 'views', max: 3 })),
  },
  {
    provide: Reads,
    inject: [ENVIRONMENT, ServiceLogger],
    useFactory: (env: Environment, logger: ServiceLogger) => {
      const { DATABASE_URL: url, QUERY_POOL_SIZE: size } = configOf(env);
      return new Reads({ url, size, onLost: (error) => logger.warn('Lost an idle database connection', { error: error.message }) });
    },
  },
  {
    provide: Projections,
    inject: [Pool, LogPool, Metrics],
    useFactory: (pool: Pool, log: LogPool, metrics: Metrics) => {
      const projections: Projections = new Projections({
        views: VIEWS,
        pool,
        log: log.pool,
        metrics: new ProjectionMetrics(metrics.registry, () => projections.lag()),
      });
      return projections;
    },
  },
  ApiOnly,
  ProjectionLifecycle,
];
