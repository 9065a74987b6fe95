import type { Topology } from '../topology';
import type { Transport } from '../transport';
import { contractTopology } from './contract-topology';
import { testConsuming } from './transport-consuming';
import { testFailing } from './transport-failing';
import { testPublishing } from './transport-publishing';
import { testReplaying } from './transport-replaying';
import { testReturning } from './transport-returning';
import type { TransportSetup } from './transport-test';

/**
 * What every transport must do, as a Jest suite. `setup` is called once, with the topology that has to be declared.
 * `await`ed conditions have the time limits of `eventually`.
 */
export function transportContract(name: string, setup: (topology: Topology) => Promise<TransportSetup>): void {
  describe(`${name} transport`, () => {
    let broker: TransportSetup;
    let transport: Transport;
    let opened: Transport[] = [];

    const open = async () => {
      const opening = broker.connect();
      opened.push(opening);
      await opening.start();
      return opening;
    };
    const test = {
      get setup() {
        return broker;
      },
      get transport() {
        return transport;
      },
      another: open,
    };

    beforeAll(async () => void (broker = await setup(contractTopology)));
    afterAll(async () => broker?.close());
    beforeEach(async () => void (transport = await open()));
    afterEach(async () => {
      await broker.start();
      await Promise.all(opened.map((each) => each.close()));
      opened = [];
      await broker.reset();
    });

    testPublishing(test);
    testConsuming(test);
    testReturning(test);
    testReplaying(test);
    testFailing(test);
  });
}
