import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { inMemoryEventStore, inMemoryProjectionStore, projectionContract } from '../testing';

interface Sum {
  readonly name: string;
  readonly generation: number;
  readonly sum: number;
}

describe('projections in memory', () => {
  projectionContract(
    async () => ({
      store: inMemoryProjectionStore,
      events: inMemoryEventStore(),
      run: inMemoryUnitOfWork().run,
      async add(tx, name, generation, n) {
        const table = tx.table<Sum>('sum');
        const key = `${name} ${generation}`;
        table.set(key, { name, generation, sum: (table.get(key)?.sum ?? 0) + n });
      },
      clear: async (tx, name, generation) => void tx.table<Sum>('sum').delete(`${name} ${generation}`),
      sums: async (tx) => Object.fromEntries(tx.table<Sum>('sum').entries().map(([, { generation, sum }]) => [generation, sum])),
    }),
    { concurrent: false },
  );
});
