import type { CaptureRequest, Charge } from './charge';
import { GatewayTimeout } from './errors';
import type { SimulatedGateway } from './simulated-gateway';

/**
 * The service's end of the line to the payment gateway: every request ends within the time-out. Requests may be repeated;
 * the key makes them one.
 */
export class PaymentGateway {
  constructor(
    private readonly farEnd: SimulatedGateway,
    private readonly timeoutMs: number,
  ) {}

  /** Throws `GatewayTimeout`, `GatewayFailed`: ask again with the same key. `GatewayKeyReused`: a bug of the caller. */
  capture(request: CaptureRequest, signal: AbortSignal): Promise<Charge> {
    return this.inTime(request.key, signal, (within) => this.farEnd.capture(request, within));
  }

  /** Gives back all that was captured under the key, once. `undefined` when the gateway knows no such key. */
  refund(key: string, signal: AbortSignal): Promise<Charge | undefined> {
    return this.inTime(key, signal, (within) => this.farEnd.refund(key, within));
  }

  charge(key: string): Promise<Charge | undefined> {
    return this.farEnd.charge(key);
  }

  /** The caller waits no longer than this, even where the far end does not notice that it went away. */
  private inTime<T>(key: string, outer: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this;
    const controller = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const giveUp = (reason: unknown) => {
        controller.abort(reason);
        reject(reason);
      };
      const goingDown = () => giveUp(outer.reason);
      if (outer.aborted) return goingDown();
      const timer = setTimeout(() => giveUp(new GatewayTimeout({ key, timeoutMs })), timeoutMs);
      outer.addEventListener('abort', goingDown, { once: true });
      const settled = () => {
        clearTimeout(timer);
        outer.removeEventListener('abort', goingDown);
      };
      ask(controller.signal).then(resolve, reject).finally(settled);
    });
  }
}
