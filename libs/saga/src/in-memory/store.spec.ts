import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { sagaStoreContract } from '../testing';
import { inMemorySagaStore } from './store';

describe('sagas in memory', () => {
  sagaStoreContract(
    async () => ({ store: inMemorySagaStore(), run: inMemoryUnitOfWork().run, close: async () => undefined }),
    {
      concurrent: false,
    },
  );
});
