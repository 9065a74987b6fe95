import type { Clock } from '../clock';
import { Endpoint } from '../endpoint';
import type { Logger } from '../logger';
import type { ServiceDefinition } from '../service';
import type { UnitOfWork } from '../unit-of-work';
import type { InMemoryBroker } from './broker';
import type { InMemoryTransport } from './transport';
import type { InMemoryTransaction, InMemoryUnitOfWork } from './unit-of-work';

/** A service's process in a simulation: it can die at any moment, and then does nothing more. */
export interface SimulatedProcess {
  readonly endpoint: Endpoint<InMemoryTransaction>;
  readonly transport: InMemoryTransport;
  /** Resolves when it consumes all its queues. Step the broker meanwhile. */
  readonly started: Promise<void>;
  /** Open transactions roll back; messages on their way are lost; nothing of it continues. */
  kill(): void;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What outlives the process is given: the broker, and the unit of work with what is committed. */
export function simulatedProcess(
  service: ServiceDefinition<InMemoryTransaction>,
  world: { broker: InMemoryBroker; clock: Clock; unitOfWork: InMemoryUnitOfWork; logger?: Logger },
): SimulatedProcess {
  const { broker, unitOfWork, logger = silent } = world;
  let alive = true;
  const transport = broker.connect(service.name, { timeoutMs: Number.MAX_SAFE_INTEGER });
  const endpoint = new Endpoint({
    service,
    transport,
    unitOfWork: mortal(unitOfWork, () => alive),
    logger,
    // A dead process's timers stay silent.
    clock: { now: world.clock.now, setTimeout: (callback, ms) => world.clock.setTimeout(() => alive && callback(), ms) },
  });
  return {
    endpoint,
    transport,
    started: transport.start().then(() => endpoint.start()),
    kill() {
      alive = false;
      transport.crash();
    },
  };
}

/** The transactions of a process: when it is dead nothing commits, and nobody is told. */
function mortal(unitOfWork: InMemoryUnitOfWork, alive: () => boolean): UnitOfWork<InMemoryTransaction> {
  const never = new Promise<never>(() => {});
  return {
    store: unitOfWork.store,
    async run(work) {
      try {
        const result = await unitOfWork.run(async (tx) => {
          const done = await work(tx);
          if (!alive()) throw new Error('The process is dead');
          return done;
        });
        return alive() ? result : await never;
      } catch (error) {
        if (!alive()) return never;
        throw error;
      }
    },
  };
}
