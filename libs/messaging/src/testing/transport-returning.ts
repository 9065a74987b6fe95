import { eventually } from '@comptoir/testing';
import { Bake, BAKERY, wire } from './contract-topology';
import { consume, expectDepth, type TransportTest } from './transport-test';

export function testReturning(test: TransportTest): void {
  describe('messages that come back', () => {
    it('return from a retry tier to the queue their key names, not too soon, with their headers', async () => {
      const { transport, setup } = test;
      const inbox = await consume(transport, BAKERY);
      const message = wire(Bake, 4, { exchange: 'retry.1s', routingKey: BAKERY, mandatory: true });
      const headers = { flow: 'morning', attempt: 2, 'causation-id': 'abc' };
      const before = Date.now();
      expect(await transport.publish([{ ...message, properties: { ...message.properties, headers } }])).toEqual(['confirmed']);
      await expectDepth(transport, 'retry.1s', 1);
      expect(inbox.deliveries).toEqual([]);
      await setup.pass(999);
      if (Date.now() - before < 900) expect(inbox.deliveries).toEqual([]);
      await setup.pass(1);
      await inbox.expect(4);
      expect(inbox.deliveries[0]).toMatchObject({
        routingKey: BAKERY,
        deliveryCount: 0,
        properties: { messageId: message.properties.messageId, correlationId: 'conversation-4', headers },
      });
      await expectDepth(transport, 'retry.1s', 0);
    });

    it('come to the queue they name only, also when several wait in one tier', async () => {
      const { transport, setup } = test;
      const later = (n: number, queue: string) => wire(Bake, n, { exchange: 'retry.1s', routingKey: queue, mandatory: true });
      await transport.publish([later(1, BAKERY), later(2, 'shop.morning'), later(3, BAKERY)]);
      const bakery = await consume(transport, BAKERY);
      const shop = await consume(transport, 'shop.morning');
      await setup.pass(1_000);
      await bakery.expect(1, 3);
      await shop.expect(2);
    });

    it('too often, are dead-lettered by the broker', async () => {
      const { transport } = test;
      await transport.publish([wire(Bake, 5)]);
      let rounds = 0;
      while ((await transport.depth(BAKERY)) > 0) {
        const { subscription, deliveries } = await consume(transport, BAKERY);
        await eventually(() => expect(deliveries).toHaveLength(1));
        await subscription.close();
        rounds++;
        expect(rounds).toBeLessThan(60);
        await eventually(async () => {
          const [work, dead] = [await transport.depth(BAKERY), await transport.depth(`${BAKERY}.dead`)];
          expect(work + dead).toBe(1);
        });
      }
      expect(rounds).toBe(51);
      await (await consume(transport, `${BAKERY}.dead`)).expect(5);
    });
  });
}
