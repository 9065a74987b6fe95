import { virtualClock } from '../clock';
import { transportContract } from '../testing/transport-contract';
import { InMemoryBroker } from './broker';

transportContract('in-memory', async (topology) => {
  const clock = virtualClock();
  let broker = new InMemoryBroker(topology, { clock });
  let stopRunning = broker.run();
  const subscriptionsOf = (queue: string) =>
    broker.faults().filter((fault) => fault.kind === 'cut' && fault.subscription.includes(`/${queue}#`));
  return {
    connect: ({ startTimeoutMs } = {}) => broker.connect('contract', { timeoutMs: startTimeoutMs }),
    disconnect: async () => broker.faults().filter(({ kind }) => kind === 'disconnect').forEach((fault) => broker.inject(fault)),
    stop: async () => broker.stop(),
    start: async () => broker.start(),
    interrupt: async (queue) => subscriptionsOf(queue).forEach((fault) => broker.inject(fault)),
    limit: async (queue, maxLength) => broker.limit(queue, maxLength),
    pass: (ms) => clock.advance(ms),
    reset: async () => {
      stopRunning();
      broker = new InMemoryBroker(topology, { clock });
      stopRunning = broker.run();
    },
    close: async () => stopRunning(),
  };
});
