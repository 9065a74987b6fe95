import type { ServiceName, ServiceProcess } from '../../tools/services';
import type { NextLife, System } from './system';

/** Where a process is killed: `<point>:<service>.<work>:<nth>`; for work on views `<point>:<work>.<view>:<nth>`. */
export type Crash = `${Point}:${string}:${number}`;
export type Point = (typeof MESSAGE)[number];

const MESSAGE = ['before-commit', 'after-commit', 'before-ack', 'after-publish', 'after-confirm'] as const;
/** Nothing to acknowledge. */
const REQUEST = ['before-commit', 'after-commit', 'after-publish', 'after-confirm'] as const;
/** Nothing to publish. */
const SILENT = ['before-commit', 'after-commit', 'before-ack'] as const;

export interface Doom {
  readonly service: ServiceName;
  readonly crash: Crash;
}

const at = (service: ServiceName, work: string, points: readonly Point[]): Doom[] =>
  points.map((point) => ({ service, crash: `${point}:${service}.${work}:1` }));

/** All that has a part in an order: each step, each compensation, what people do, and deadlines; in both styles. */
export const EVERY_CRASH: readonly Doom[] = [
  ...at('catalog', 'upsert-products', REQUEST),
  ...at('carts', 'create-cart', ['before-commit', 'after-commit']),
  ...at('carts', 'validate-cart', MESSAGE),
  ...at('carts', 'order-cancelled', SILENT),
  ...at('carts', 'product-priced', SILENT),
  ...at('inventory', 'reserve-stock', MESSAGE),
  ...at('inventory', 'release-stock', MESSAGE),
  ...at('inventory', 'order-confirmed', MESSAGE),
  ...at('payments', 'process-payment', MESSAGE),
  ...at('payments', 'refund-payment', MESSAGE),
  ...at('orders', 'place-order', REQUEST),
  ...at('orders', 'confirm-order', MESSAGE),
  ...at('orders', 'cancel-order', MESSAGE),
  ...at('carts', 'order-placed', MESSAGE),
  ...at('carts', 'undo-order-placed', SILENT),
  ...at('inventory', 'cart-validated', MESSAGE),
  ...at('inventory', 'undo-cart-validated', MESSAGE),
  ...at('payments', 'stock-reserved', MESSAGE),
  ...at('payments', 'undo-stock-reserved', MESSAGE),
  ...at('orders', 'payment-processed', MESSAGE),
  ...at('orders', 'cancel-checkout', MESSAGE),
  ...at('orders', 'checkout-deadlines', ['before-commit', 'after-commit']),
  ...at('orchestrator', 'order-fulfilment', MESSAGE),
  ...at('orchestrator', 'order-fulfilment-actions', REQUEST),
  ...at('orchestrator', 'timers', ['before-commit', 'after-commit']),
  ...at('event-store', 'ingest', SILENT),
];

/** A few that are different from each other: every service, every point, on the way there and on the way back. */
export const SOME_CRASHES: readonly Doom[] = [
  ...at('carts', 'validate-cart', ['before-commit']),
  ...at('carts', 'order-cancelled', ['before-ack']),
  ...at('inventory', 'reserve-stock', ['after-commit']),
  ...at('inventory', 'release-stock', ['after-commit', 'before-ack']),
  ...at('payments', 'process-payment', ['before-commit', 'after-commit']),
  ...at('orders', 'place-order', ['after-commit']),
  ...at('orders', 'confirm-order', ['after-publish']),
  ...at('orders', 'cancel-order', ['after-confirm']),
  ...at('carts', 'order-placed', ['after-commit']),
  ...at('inventory', 'undo-cart-validated', ['before-ack']),
  ...at('payments', 'stock-reserved', ['after-commit']),
  ...at('payments', 'undo-stock-reserved', ['before-commit']),
  ...at('orders', 'payment-processed', ['before-ack']),
  ...at('orders', 'checkout-deadlines', ['after-commit']),
  ...at('orchestrator', 'order-fulfilment', ['after-commit', 'before-ack', 'after-publish']),
  ...at('event-store', 'ingest', ['before-commit', 'after-commit', 'before-ack']),
];

const VIEWS = ['orders', 'claims', 'refunds', 'sales', 'outcomes', 'conversations'] as const;
/** The projector knows its projections, and not the service it runs in. */
const atViews = (work: string, points: readonly Point[] = ['before-commit', 'after-commit']): Doom[] =>
  points.map((point) => ({ service: 'views', crash: `${point}:${work}:1` }));

/** All that has a part in a claim and its refund, and in what is kept and shown of it. */
export const EVERY_REFUND_CRASH: readonly Doom[] = [
  ...at('claims', 'open-claim', REQUEST),
  ...at('claims', 'assign-claim', REQUEST),
  ...at('claims', 'start-treatment', REQUEST),
  ...at('claims', 'approve-claim', REQUEST),
  ...at('claims', 'reject-claim', REQUEST),
  ...at('claims', 'settle-claim', MESSAGE),
  ...at('claims', 'verification', REQUEST),
  ...at('claims', 'refund-deadlines', REQUEST),
  ...at('payments', 'refund-requested', MESSAGE),
  ...at('payments', 'undo-refund-requested', MESSAGE),
  ...at('payments', 'stock-returned', MESSAGE),
  ...at('payments', 'close-refund', MESSAGE),
  ...at('inventory', 'refund-calculated', MESSAGE),
  ...at('inventory', 'undo-refund-calculated', MESSAGE),
  ...at('notifications', 'refund-issued', MESSAGE),
  ...at('notifications', 'claim-rejected', MESSAGE),
  ...at('event-store', 'ingest', SILENT),
  ...VIEWS.flatMap((view) => atViews(`projection.${view}`)),
  ...atViews('rebuild.conversations'),
  ...VIEWS.flatMap((view) => atViews(`swap.${view}`)),
];

/** A few that are different from each other: each service, each point, on the way there and on the way back. */
export const SOME_REFUND_CRASHES: readonly Doom[] = [
  ...at('claims', 'approve-claim', ['after-commit']),
  ...at('claims', 'settle-claim', ['before-ack']),
  ...at('claims', 'refund-deadlines', ['after-publish']),
  ...at('payments', 'stock-returned', ['before-commit', 'after-commit']),
  ...at('payments', 'undo-refund-requested', ['after-publish']),
  ...at('inventory', 'refund-calculated', ['before-ack']),
  ...at('inventory', 'undo-refund-calculated', ['before-commit']),
  ...at('notifications', 'refund-issued', ['after-commit']),
  ...at('event-store', 'ingest', ['before-ack']),
  ...atViews('projection.claims', ['before-commit']),
  ...atViews('swap.refunds', ['after-commit']),
];

const CRASHES_WITHIN_MS = 60_000;

/**
 * Leads each service through its crashes, one after the other, all services at the same time: whenever one has been killed
 * it comes back, about to be killed at the next point. All of them run afterwards. Rejects when a process did not come
 * to its point, or ended in another way.
 */
export async function crashAll(system: System, dooms: readonly Doom[], withinMs = CRASHES_WITHIN_MS): Promise<void> {
  const services = [...new Set(dooms.map(({ service }) => service))];
  await Promise.all(
    services.map(async (service) => {
      for (const { crash } of dooms.filter((doom) => doom.service === service)) await crashAt(system, service, crash, withinMs);
      await system.revive(service).ready();
    }),
  );
}

/** Kills the service where it is, starts it armed, and waits for its end at the fail-point. */
export async function crashAt(system: System, service: ServiceName, crash: Crash, withinMs = CRASHES_WITHIN_MS): Promise<void> {
  const { killed } = await arm(system, service, crash, {}, withinMs);
  await killed;
}

/** Kills the service where it is and starts it armed; `killed` resolves at its end at the fail-point. */
export async function arm(
  system: System,
  service: ServiceName,
  crash: Crash,
  env: NextLife = {},
  withinMs = CRASHES_WITHIN_MS,
): Promise<{ killed: Promise<void> }> {
  await system.kill(service);
  const process = system.revive(service, { ...env, COMPTOIR_FAILPOINT: crash });
  return { killed: killedAt(process, crash, withinMs) };
}

async function killedAt({ label, exited, log }: ServiceProcess, crash: Crash, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(resolve, withinMs, 'still running')));
  const how = await Promise.race([exited, late]);
  clearTimeout(timer);
  if (how !== 'SIGKILL') throw new Error(`${label} should have been killed at ${crash}, but: ${how}. Its log: ${log}`);
}
