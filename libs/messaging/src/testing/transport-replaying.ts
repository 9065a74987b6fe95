import { REPLAYS } from '../topology';
import { Baked, LEDGER, MORNING, wire } from './contract-topology';
import { expectDepth, type TransportTest } from './transport-test';

export function testReplaying(test: TransportTest): void {
  describe('replaying', () => {
    it('reaches the one queue it names and no other that the event is bound to', async () => {
      const { transport } = test;
      expect(await transport.publish([wire(Baked, 1, { exchange: REPLAYS, routingKey: MORNING, mandatory: true })])).toEqual(['confirmed']);
      await expectDepth(transport, MORNING, 1);
      await expectDepth(transport, LEDGER, 0);
    });

    it.each([LEDGER, 'shop.nothing', '#'])('is returned where %s takes no replays', async (routingKey) => {
      expect(await test.transport.publish([wire(Baked, 1, { exchange: REPLAYS, routingKey, mandatory: true })])).toEqual(['returned']);
    });
  });
}
