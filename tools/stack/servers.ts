import { amqpUrl, managementUrl, prometheusUrl } from './rabbitmq';
import { postgresUrl } from './postgres';
import type { Ports } from './ports';

/** Where the servers are. All URLs carry administrators' credentials; none names a virtual host or a service's database. */
export interface Servers {
  readonly amqpUrl: string;
  readonly databaseUrl: string;
  readonly managementUrl: string;
  readonly prometheusUrl: string;
  /** True when this call started them: whoever asked may stop them again. */
  readonly startedByUs: boolean;
}

export interface Given {
  readonly broker?: { amqpUrl: string; managementUrl: string; prometheusUrl: string } | undefined;
  readonly databaseUrl?: string | undefined;
}

/** Servers somebody else runs, named by environment: used as they are, never started, stopped or wiped. */
export function givenBy(env: NodeJS.ProcessEnv): Given {
  const amqp = env['COMPTOIR_AMQP_URL'];
  return {
    databaseUrl: env['COMPTOIR_DATABASE_URL'] || undefined,
    broker: amqp
      ? {
          amqpUrl: amqp,
          managementUrl: env['COMPTOIR_MANAGEMENT_URL'] || besides(amqp, 15672),
          prometheusUrl: env['COMPTOIR_PROMETHEUS_URL'] || `http://${new URL(amqp).hostname}:15692/metrics`,
        }
      : undefined,
  };
}

/** The management API on its usual port, beside the broker. */
function besides(amqp: string, port: number): string {
  const { hostname, username, password } = new URL(amqp);
  return `http://${username}:${password}@${hostname}:${port}`;
}

export function serversAt(ports: Ports, given: Given, startedByUs: boolean): Servers {
  const broker = given.broker ?? { amqpUrl: amqpUrl(ports), managementUrl: managementUrl(ports), prometheusUrl: prometheusUrl(ports) };
  return { ...broker, databaseUrl: given.databaseUrl ?? postgresUrl(ports), startedByUs };
}

/** For child processes: they find the servers as if somebody had named them. */
export const asEnvironment = (servers: Servers) => ({
  COMPTOIR_AMQP_URL: servers.amqpUrl,
  COMPTOIR_DATABASE_URL: servers.databaseUrl,
  COMPTOIR_MANAGEMENT_URL: servers.managementUrl,
  COMPTOIR_PROMETHEUS_URL: servers.prometheusUrl,
});
