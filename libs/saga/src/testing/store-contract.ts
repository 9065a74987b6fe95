import { v7 as uuidv7 } from 'uuid';
import { describeConcurrency } from './store-contract-concurrency';
import { describeDue } from './store-contract-due';
import { describeInstances } from './store-contract-instances';
import type { StoreUnderTest } from './store-fixture';
import { StoreFixture } from './store-fixture';

export interface StoreCapabilities {
  /** Transactions run side by side, so that locks matter. */
  readonly concurrent: boolean;
}

/** What every saga store does. Call it inside a `describe`. */
export function sagaStoreContract<Tx>(
  make: () => Promise<StoreUnderTest<Tx>>,
  { concurrent }: StoreCapabilities,
): void {
  let fixture: StoreFixture<Tx>;
  const under = () => fixture;
  beforeEach(async () => {
    fixture = new StoreFixture(await make());
  });
  afterEach(() => fixture.close());

  describeInstances(under);
  describeDue(under);

  it('counts live instances by definition version', async () => {
    await under().start();
    await under().start({ definitionVersion: 2 });
    await under().end(await under().start({ definitionVersion: 3 }));
    await under().start({ definitionVersion: 2, status: 'parked', deadline: undefined });
    const { type } = under();
    const live = await under().run((tx) => under().store.liveVersions(tx));
    expect(live.filter((each) => each.type === type)).toEqual([
      { type, definitionVersion: 1, count: 1 },
      { type, definitionVersion: 2, count: 2 },
    ]);
  });

  it('keeps what is young when it is maintained, and goes on', async () => {
    const ended = await under().end(await under().start());
    await under().run((tx) => under().store.maintain(tx, 30));
    expect(await under().read(ended.conversation)).toBeDefined();
    expect(await under().history(ended.conversation)).toHaveLength(2);
    await under().start();
  });

  it('keeps a record of what people did', async () => {
    const { conversation } = await under().start();
    const record = {
      id: uuidv7(),
      conversation,
      action: 'retry',
      actor: 'ada',
      reason: 'x',
      answer: undefined,
      outcome: 'accepted',
      at: await under().clock(),
    } as const;
    await under().run((tx) =>
      under().store.recordActions(tx, under().type, [
        record,
        { ...record, id: uuidv7(), answer: { type: 'a', body: {} } },
      ]),
    );
    await expect(under().run((tx) => under().store.recordActions(tx, under().type, []))).resolves.toBeUndefined();
  });

  if (concurrent) describeConcurrency(under);
}
