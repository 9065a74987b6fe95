import type { Outgoing } from '@comptoir/contracts';
import { effectsOf } from '../batch';
import type { Handler, HandlerContext } from '../handler';
import type { Message } from '../message';
import type { UnitOfWork } from '../unit-of-work';

export interface HandlingOptions<Tx> {
  readonly unitOfWork: Pick<UnitOfWork<Tx>, 'run'>;
  /** Providers for the handler's `call`, by their class. */
  readonly providers?: ReadonlyMap<unknown, unknown>;
}

/**
 * Runs a handler as the runtime does (known answers, calls, one transaction, the check of its declaration) without a
 * broker:
 *
 *     const reserve = handling(reserveStock, { unitOfWork: pgUnitOfWork(pool) });
 *     expect(await reserve(message(ReserveStock, { orderId, lines }))).toEqual([[StockReserved({ orderId, lines })]]);
 *
 * Resolves with what each message led to, in their order.
 */
export function handling<Tx>(handler: Handler<Tx>, options: HandlingOptions<Tx>) {
  const { unitOfWork, providers = new Map() } = options;
  const context: HandlerContext = {
    signal: new AbortController().signal,
    get<T>(provider: abstract new (...args: never[]) => T): T {
      if (!providers.has(provider)) throw new Error(`The test gives ${handler.name} no ${provider.name}`);
      return providers.get(provider) as T;
    },
  };

  return async (...messages: readonly Message[]): Promise<readonly (readonly Outgoing[])[]> => {
    const known = handler.known && (await unitOfWork.run(async (tx) => handler.known?.(messages, tx, context)));
    const results = await Promise.all(
      messages.map(async (message, index) => known?.[index] ?? (await handler.call?.(message, context))),
    );
    return unitOfWork.run(async (tx) => {
      const effects = effectsOf(handler, messages, await handler.batch(messages, tx, results));
      return messages.map((message) => effects.filter(({ cause }) => cause === message).map(({ outgoing }) => outgoing));
    });
  };
}
