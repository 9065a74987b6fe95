import { describeAppend } from './store-contract-append';
import { describeConcurrency } from './store-contract-concurrency';
import { describeRead } from './store-contract-read';
import { describeSnapshots } from './store-contract-snapshots';
import type { StoreUnderTest } from './store-fixture';
import { StoreFixture } from './store-fixture';

export interface StoreCapabilities {
  /** Transactions run side by side, so that locks matter. */
  readonly concurrent: boolean;
}

/** What every event store does. Call it inside a `describe`. Nobody else may append while it runs. */
export function eventStoreContract<Tx>(make: () => Promise<StoreUnderTest<Tx>>, { concurrent }: StoreCapabilities): void {
  let fixture: StoreFixture<Tx>;
  const under = () => fixture;
  beforeEach(async () => {
    fixture = new StoreFixture(await make());
  });
  afterEach(() => fixture.close());

  describeAppend(under);
  describeRead(under);
  describeSnapshots(under);
  if (concurrent) describeConcurrency(under);
}
