import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import type { InMemoryTransaction } from '@comptoir/messaging/testing';
import { eventStoreContract, inMemoryEventStore } from '../testing';
import { StoreFixture } from '../testing/store-fixture';
import { describeProperties } from '../testing/store-properties';

const make = async () => ({
  store: inMemoryEventStore(),
  run: inMemoryUnitOfWork().run,
  close: async () => undefined,
});

describe('events in memory', () => {
  eventStoreContract(make, { concurrent: false });

  let fixture: StoreFixture<InMemoryTransaction>;
  beforeAll(async () => {
    fixture = new StoreFixture(await make());
  });
  describeProperties(() => fixture, { numRuns: 100 });
});
