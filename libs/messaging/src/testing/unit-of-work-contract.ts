import { testAttempts, testClaims } from './unit-of-work-inbox';
import { testKeys } from './unit-of-work-keys';
import { testRecording, testSweeping } from './unit-of-work-outbox';
import type { UnitOfWorkCapabilities, UnitOfWorkSetup, UnitOfWorkTest } from './unit-of-work-test';
import { testTransactions } from './unit-of-work-transactions';

/** What every unit of work and its message store must do, as a Jest suite. `setup` is called before each test. */
export function unitOfWorkContract<Tx>(
  name: string,
  capabilities: UnitOfWorkCapabilities,
  setup: () => Promise<UnitOfWorkSetup<Tx>>,
): void {
  describe(`${name} unit of work`, () => {
    let current: UnitOfWorkSetup<Tx>;
    const test: UnitOfWorkTest<Tx> = {
      capabilities,
      get setup() {
        return current;
      },
      run: (work) => current.unitOfWork.run(work),
    };
    beforeEach(async () => void (current = await setup()));
    afterEach(async () => current?.close());

    testTransactions(test);
    testClaims(test);
    testAttempts(test);
    testRecording(test);
    testSweeping(test);
    testKeys(test);
  });
}
