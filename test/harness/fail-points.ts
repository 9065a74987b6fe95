import type { ServiceName, ServiceProcess } from '../../tools/services';
import type { NextLife, System } from './system';

/** Where a process is killed: `<point>:<service>.<work>:<nth>`. */
export type Crash = `${Point}:${string}:${number}`;
export type Point = (typeof MESSAGE)[number];

const MESSAGE = ['before-commit', 'after-commit', 'before-ack', 'after-publish', 'after-confirm'] as const;
/** Nothing to acknowledge. */
const REQUEST = ['before-commit', 'after-commit', 'after-publish', 'after-confirm'] as const;
/** Nothing to publish. */
const SILENT = ['before-commit', 'after-commit', 'before-ack'] as const;

interface Work {
  readonly service: ServiceName;
  readonly work: string;
  readonly points: readonly Point[];
  /** Comes often: it crashes a little later, in the middle of the load. */
  readonly nth?: number;
}

/** All that has a part in an order, compensations included. */
const WORKS: readonly Work[] = [
  { service: 'orders', work: 'orders.place-order', points: REQUEST },
  { service: 'orders', work: 'orders.confirm-order', points: MESSAGE },
  { service: 'orders', work: 'orders.cancel-order', points: MESSAGE },
  { service: 'carts', work: 'carts.create-cart', points: ['before-commit', 'after-commit'] },
  { service: 'carts', work: 'carts.validate-cart', points: MESSAGE },
  { service: 'carts', work: 'carts.order-cancelled', points: SILENT },
  { service: 'inventory', work: 'inventory.reserve-stock', points: MESSAGE },
  { service: 'inventory', work: 'inventory.release-stock', points: MESSAGE },
  { service: 'inventory', work: 'inventory.order-confirmed', points: MESSAGE },
  { service: 'payments', work: 'payments.process-payment', points: MESSAGE },
  { service: 'orchestrator', work: 'orchestrator.order-fulfilment', points: MESSAGE },
];

export interface Doom {
  readonly service: ServiceName;
  readonly crash: Crash;
}

export const EVERY_CRASH: readonly Doom[] = WORKS.flatMap(({ service, work, points, nth = 1 }) =>
  points.map((point): Doom => ({ service, crash: `${point}:${work}:${nth}` })),
);

const CRASHES_WITHIN_MS = 60_000;

/**
 * Leads each service through its crashes, one after the other, all services at the same time: whenever one has been killed
 * it comes back, about to be killed at the next point. All of them run afterwards. Rejects when a process did not come
 * to its point, or ended in another way.
 */
export async function crashAll(system: System, dooms: readonly Doom[]): Promise<void> {
  const services = [...new Set(dooms.map(({ service }) => service))];
  await Promise.all(
    services.map(async (service) => {
      for (const { crash } of dooms.filter((doom) => doom.service === service)) await crashAt(system, service, crash);
      await system.revive(service).ready();
    }),
  );
}

/** Kills the service where it is, starts it armed, and waits for its end at the fail-point. */
export async function crashAt(system: System, service: ServiceName, crash: Crash): Promise<void> {
  const { killed } = await arm(system, service, crash);
  await killed;
}

/** Kills the service where it is and starts it armed; `killed` resolves at its end at the fail-point. */
export async function arm(system: System, service: ServiceName, crash: Crash, env: NextLife = {}): Promise<{ killed: Promise<void> }> {
  await system.kill(service);
  const process = system.revive(service, { ...env, COMPTOIR_FAILPOINT: crash });
  return { killed: killedAt(process, crash) };
}

async function killedAt({ label, exited, log }: ServiceProcess, crash: Crash): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(resolve, CRASHES_WITHIN_MS, 'still running')));
  const how = await Promise.race([exited, late]);
  clearTimeout(timer);
  if (how !== 'SIGKILL') throw new Error(`${label} should have been killed at ${crash}, but: ${how}. Its log: ${log}`);
}
