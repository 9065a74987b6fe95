import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Endpoint, Polling, type SqlTransaction, type UnitOfWork } from '@comptoir/messaging';
import { Metrics, ServiceLogger, UNIT_OF_WORK } from '@comptoir/platform';
import { ingest } from './ingest';
import { LogConfig } from './log-config';
import { logMetrics } from './log-metrics';
import { watchLog, type LogState } from './sql/watch-log';

/** Looks at the log as a whole: its metrics, and a line in the service's log for every gap that stays too long. */
@Injectable()
export class GapWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly polling: Polling;
  private told: ReadonlySet<string> = new Set();

  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork<SqlTransaction>,
    private readonly config: LogConfig,
    private readonly logger: ServiceLogger,
    metrics: Metrics,
  ) {
    logMetrics.register(metrics.registry);
    const { WATCH_EVERY_MS: pollMs } = config;
    this.polling = new Polling({ what: 'Gaps in the log', logger, pollMs, step: () => this.look().then(() => pollMs) });
  }

  onApplicationBootstrap(): void {
    this.polling.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.polling.stop();
  }

  async state(): Promise<LogState> {
    const [state] = await this.unitOfWork.run((tx) => watchLog(tx, this.config.GAP_OVERDUE_AFTER_MS / 1_000));
    if (!state) throw new Error('The log has no head: has its database been migrated?');
    return state;
  }

  /** How long ago the latest event was sent before which all are in the log; `undefined` while the broker is away. */
  async lagSeconds(): Promise<number | undefined> {
    const horizon = await this.endpoint.horizon(ingest).catch(() => undefined);
    // 1970: nothing has been handled since the start, and what waits is not known yet.
    return horizon && horizon.getTime() > 0 ? Math.max(0, Date.now() - horizon.getTime()) / 1_000 : undefined;
  }

  private async look(): Promise<void> {
    const state = await this.state();
    logMetrics.watched({ ...state, overdue: state.overdue.length, lagSeconds: await this.lagSeconds() });
    const fresh = state.overdue.filter((stream) => !this.told.has(stream));
    if (fresh.length > 0)
      this.logger.error('Events are missing in the log: what follows them is held', { streams: fresh.slice(0, 20), count: fresh.length });
    this.told = new Set(state.overdue);
  }
}
