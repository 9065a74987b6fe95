import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { eventStoreContract, inMemoryEventStore } from '../testing';

describe('events in memory', () => {
  eventStoreContract(
    async () => ({ store: inMemoryEventStore(), run: inMemoryUnitOfWork().run, close: async () => undefined }),
    { concurrent: false },
  );
});
