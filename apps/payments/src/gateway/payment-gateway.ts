import type { CaptureRequest, Charge, ChargeRefund, RefundRequest } from './charge';
import { GatewayTimeout } from './errors';
import type { SimulatedGateway } from './simulated-gateway';

type GiveUp = (reason: unknown) => void;

/**
 * The service's end of the line to the payment gateway: every request ends within the time-out. Requests may be repeated;
 * the key makes them one.
 */
export class PaymentGateway {
  private readonly underWay = new WeakMap<AbortSignal, Set<GiveUp>>();

  constructor(
    private readonly farEnd: SimulatedGateway,
    private readonly timeoutMs: number,
  ) {}

  /** Throws `GatewayTimeout`, `GatewayFailed`: ask again with the same key. `GatewayKeyReused`: a bug of the caller. */
  capture(request: CaptureRequest, signal: AbortSignal): Promise<Charge> {
    return this.inTime(request.key, signal, (within) => this.farEnd.capture(request, within));
  }

  /** Gives back part of a charge, at most once per key; refused for good where that cannot be. Throws as `capture` does. */
  refundPart(request: RefundRequest, signal: AbortSignal): Promise<ChargeRefund> {
    return this.inTime(request.key, signal, (within) => this.farEnd.refundPart(request, within));
  }

  /** Gives back what is left of what was captured under the key, once. `undefined` when the gateway knows no such key. */
  refund(key: string, signal: AbortSignal): Promise<Charge | undefined> {
    return this.inTime(key, signal, (within) => this.farEnd.refund(key, within));
  }

  charge(key: string): Promise<Charge | undefined> {
    return this.farEnd.charge(key);
  }

  /** The caller waits no longer than this, even where the far end does not notice that it went away. */
  private inTime<T>(key: string, outer: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this;
    const underWay = this.underWayUntil(outer);
    const controller = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const giveUp = (reason: unknown) => {
        controller.abort(reason);
        reject(reason);
      };
      if (outer.aborted) return giveUp(outer.reason);
      const timer = setTimeout(() => giveUp(new GatewayTimeout({ key, timeoutMs })), timeoutMs);
      underWay.add(giveUp);
      const settled = () => {
        clearTimeout(timer);
        underWay.delete(giveUp);
      };
      ask(controller.signal).then(resolve, reject).finally(settled);
    });
  }

  /** One listener for all requests that end with a signal: hundreds are under way at a time. */
  private underWayUntil(outer: AbortSignal): Set<GiveUp> {
    const known = this.underWay.get(outer);
    if (known) return known;
    const underWay = new Set<GiveUp>();
    this.underWay.set(outer, underWay);
    outer.addEventListener('abort', () => underWay.forEach((giveUp) => giveUp(outer.reason)), { once: true });
    return underWay;
  }
}
