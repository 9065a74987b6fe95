import { join } from 'node:path';
import { Pool } from 'pg';
import { eventually } from '@comptoir/testing';
import { audit, type Violation } from '../../tools/invariants';
import { rolePassword } from '../../prisma/databases';
import { ROOT } from '../../tools/root';
import {
  ORDER_SERVICES,
  startServices,
  type ServiceName,
  type ServiceProcess,
  type Services,
  type ServicesOptions,
} from '../../tools/services';
import { Broker } from './broker';
import { freshGround, type Ground } from './ground';
import { guarded, unguarded } from './guard';

export interface SystemOptions extends Pick<ServicesOptions, 'env' | 'envOf' | 'replicas'> {
  /** Part of the names of its virtual host and its log directory. */
  readonly name: string;
  /** Default: fresh, on the servers all tests share. */
  readonly ground?: Ground;
  /** Which services there are. Default: those that an order needs. */
  readonly only?: readonly ServiceName[];
}

/** What a service may take to finish what it has begun. */
const DRAIN_MS = 20_000;

/** Changes to a service's environment for its next life only. */
export type NextLife = Readonly<Record<string, string>>;

/**
 * Services as processes of their own, in the build that crash tests can make crash: the services' own code, with the
 * library's fail-points compiled in. They are killed, switched off and started again one by one.
 */
export class System {
  private readonly pools = new Map<ServiceName, Pool>();
  private readonly brokers: Promise<Broker>[] = [];
  private readonly closing = new AbortController();

  private constructor(
    private readonly services: Services,
    readonly ground: Ground,
  ) {}

  static async start({ name, ground: given, only = ORDER_SERVICES, env = {}, envOf, replicas }: SystemOptions): Promise<System> {
    const ground = given ?? (await freshGround(name, only));
    try {
      const services = await startServices({
        servers: ground.servers,
        vhost: ground.vhost,
        databaseUrls: ground.databaseUrls,
        nodeArgs: ['-C', '@comptoir/failpoints'],
        env: { GATEWAY_TIMEOUT_MS: '300', ...env },
        envOf,
        only,
        replicas,
        logDir: join(ROOT, '.stack/logs/test', name),
      });
      for (const { pid } of services.all) guarded(pid);
      return new System(services, ground);
    } catch (error) {
      await ground.drop();
      throw error;
    }
  }

  /** Aborts when the system stops: nobody is to wait for it any longer. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Drains and ends the services, then drops everything. Rejects when one did not end by itself, or ended badly. */
  async stop(): Promise<void> {
    this.closing.abort();
    const running = this.services.all.filter(({ pid }) => pid !== undefined);
    const pids = running.map(({ pid }) => pid);
    const ends = running.map(({ label, exited }) => exited.then((how) => `${label}: ${how}`));
    await Promise.all(running.map((process) => process.stop(DRAIN_MS)));
    pids.forEach(unguarded);
    for (const broker of this.brokers) await (await broker).close();
    for (const pool of this.pools.values()) await pool.end();
    await this.ground.drop();
    expect(await Promise.all(ends)).toEqual(running.map(({ label }) => `${label}: exit code 0`));
  }

  /** The service's processes; most have one. */
  processes(name: ServiceName): readonly ServiceProcess[] {
    return this.services.all.filter(({ label }) => label === name || label.startsWith(`${name}#`));
  }

  url(name: ServiceName, replica = 0): string {
    const process = this.processes(name)[replica];
    if (!process) throw new RangeError(`${name} has no process ${replica + 1}`);
    return process.url;
  }

  /** The broker as a service knows it, with its own user. */
  brokerUrl(name: ServiceName): string {
    const url = new URL(this.ground.servers.amqpUrl);
    return Object.assign(url, {
      username: name,
      password: rolePassword(name),
      pathname: `/${encodeURIComponent(this.ground.vhost)}`,
    }).toString();
  }

  /** Starts a service that has ended; does not wait until it is ready, for it may be about to crash. */
  revive(name: ServiceName, env: NextLife = {}): ServiceProcess {
    this.signal.throwIfAborted();
    const process = this.services.of(name);
    process.start(env);
    guarded(process.pid);
    return process;
  }

  /** Starts what has ended, and waits until all is ready: a test that failed leaves the others a whole system. */
  async reviveAll(): Promise<void> {
    for (const process of this.services.all.filter(({ pid }) => pid === undefined)) {
      process.start();
      guarded(process.pid);
    }
    await Promise.all(this.services.all.map((process) => process.ready()));
  }

  /** SIGKILL, at whatever the service is doing. */
  async kill(name: ServiceName): Promise<void> {
    const process = this.services.of(name);
    const { pid } = process;
    process.kill('SIGKILL');
    await process.exited;
    unguarded(pid);
  }

  /** Kills a service and starts it again with changes to its environment, until the next restart. */
  async restart(name: ServiceName, env: NextLife = {}): Promise<void> {
    await this.kill(name);
    await this.revive(name, env).ready();
  }

  /** A connection of its own to the system's virtual host. */
  broker(): Promise<Broker> {
    const broker = Broker.connect(this.ground);
    this.brokers.push(broker);
    return broker;
  }

  async rows<Row extends object>(database: ServiceName, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    let pool = this.pools.get(database);
    if (!pool) this.pools.set(database, (pool = poolOn(this.ground.databases[database])));
    return (await pool.query<Row>(text, [...values])).rows;
  }

  /** The invariants that do not hold once no work is left, or after `waitMs`. */
  async violations(
    options: { expectedDead?: Readonly<Record<string, number>>; waitMs?: number } = {},
  ): Promise<readonly Violation[]> {
    const { servers, vhost, databases } = this.ground;
    const { expectedDead, waitMs } = options;
    return (await audit({ databases, broker: { ...servers, vhost, expectedDead }, waitMs })).violations;
  }

  /** Waits until no order is open, no orchestrated one is without a saga, and no saga goes on. Parked sagas have not ended. */
  async untilAllEnded(timeoutMs = 45_000): Promise<void> {
    await eventually(
      async () => expect(await this.unfinished()).toEqual({ openOrders: 0, openSagas: 0, ordersWithoutSaga: 0 }),
      {
        timeoutMs,
        intervalMs: 50,
      },
    );
  }

  async unfinished(): Promise<{ openOrders: number; openSagas: number; ordersWithoutSaga: number }> {
    const [[orders], [sagas]] = await Promise.all([
      this.rows<{ all: number; open: number }>(
        'orders',
        `SELECT count(*) FILTER (WHERE coordination = 'orchestration')::int AS all,
           count(*) FILTER (WHERE status = 'PENDING')::int AS open FROM orders.customer_order`,
      ),
      this.rows<{ all: number; open: number }>(
        'orchestrator',
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE ended_at IS NULL)::int AS open FROM saga.instance`,
      ),
    ]);
    const ordersWithoutSaga = Math.max(0, (orders?.all ?? 0) - (sagas?.all ?? 0));
    return { openOrders: orders?.open ?? 0, openSagas: sagas?.open ?? 0, ordersWithoutSaga };
  }

  /** Moves a choreographed order's deadline into the past: it is given up at once, unless it has ended. */
  async passCheckoutDeadline(orderId: string): Promise<void> {
    const text = `UPDATE orders.customer_order SET deadline = placed_at WHERE order_id = $1 AND deadline IS NOT NULL`;
    await this.rows('orders', text, [orderId]);
  }

  /** Moves a saga's deadline into the past: it passes at once. */
  async passDeadline(orderId: string): Promise<void> {
    await this.rows(
      'orchestrator',
      `UPDATE saga.live SET deadline = updated_at, deadline_slot = 0 WHERE conversation = $1`,
      [orderId],
    );
  }
}

function poolOn(connectionString: string): Pool {
  const pool = new Pool({ connectionString, application_name: 'test', max: 3 });
  pool.on('error', () => undefined); // A server that is restarted breaks idle connections; the next query opens another.
  return pool;
}
