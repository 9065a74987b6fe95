import { eventually } from '@comptoir/testing';
import type { Delivery } from '../transport';
import { Bake, BAKERY, wire, wires } from './contract-topology';
import { consume, expectDepth, numberOf, type TransportTest } from './transport-test';

export function testConsuming(test: TransportTest): void {
  describe('consuming', () => {
    it('holds at most the prefetch unacknowledged', async () => {
      const { transport } = test;
      await transport.publish(wires(10));
      const inbox = await consume(transport, BAKERY, 3);
      expect(inbox.subscription.active).toBe(true);
      await inbox.expect(1, 2, 3);
      await expectDepth(transport, BAKERY, 7);
      expect(inbox.numbers()).toEqual([1, 2, 3]);
      inbox.subscription.ack(inbox.deliveries.slice(0, 1));
      await inbox.expect(1, 2, 3, 4);
    });

    it('removes what is acknowledged, whatever the order', async () => {
      const { transport } = test;
      await transport.publish(wires(6));
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1, 2, 3, 4, 5, 6);
      const picked = (...numbers: number[]) => inbox.deliveries.filter((each) => numbers.includes(numberOf(each)));
      inbox.subscription.ack(picked(5, 2));
      inbox.subscription.ack(picked(1));
      await inbox.subscription.close();
      await (await consume(transport, BAKERY)).expect(3, 4, 6);
    });

    it('acknowledges from everything that came so far to nothing at all', async () => {
      const { transport } = test;
      await transport.publish(wires(4));
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1, 2, 3, 4);
      inbox.subscription.ack([]);
      inbox.subscription.ack(inbox.deliveries);
      inbox.subscription.ack(inbox.deliveries);
      await inbox.subscription.close();
      await expectDepth(transport, BAKERY, 0);
    });

    it('gives back what was not acknowledged when it closes, first and counted', async () => {
      const { transport } = test;
      await transport.publish(wires(2));
      const first = await consume(transport, BAKERY, 2);
      await first.expect(1, 2);
      await transport.publish([wire(Bake, 3)]);
      await first.subscription.close();
      const second = await consume(transport, BAKERY);
      await second.expect(1, 2, 3);
      expect(second.deliveries.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 0]);
      expect(second.deliveries.map(({ redelivered }) => redelivered)).toEqual([true, true, false]);
    });

    it('delivers nothing after it was cancelled, and still takes acks for what came before', async () => {
      const { transport } = test;
      await transport.publish(wires(2));
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1, 2);
      await inbox.subscription.cancel();
      expect(inbox.subscription.active).toBe(false);
      await transport.publish([wire(Bake, 3)]);
      await expectDepth(transport, BAKERY, 1);
      inbox.subscription.ack(inbox.deliveries);
      await inbox.subscription.close();
      expect(inbox.numbers()).toEqual([1, 2]);
      await (await consume(transport, BAKERY)).expect(3);
    });

    it('has its acks at the broker when it has closed', async () => {
      const { transport } = test;
      await transport.publish(wires(500));
      const inbox = await consume(transport, BAKERY, 500);
      await eventually(() => expect(inbox.deliveries).toHaveLength(500));
      // Every second one: as many frames as there can be.
      inbox.subscription.ack(inbox.deliveries.filter((each) => numberOf(each) % 2 === 0));
      inbox.subscription.ack(inbox.deliveries);
      await inbox.subscription.close();
      await test.transport.close();
      const later = await test.another();
      await expectDepth(later, BAKERY, 0);
    });

    it('lets acks wait for each other, and flushes them when it closes', async () => {
      const { transport } = test;
      await transport.publish(wires(100));
      const inbox = await consume(transport, BAKERY, 100);
      await eventually(() => expect(inbox.deliveries).toHaveLength(100));
      for (const delivery of inbox.deliveries.slice(0, 10)) inbox.subscription.ackSoon([delivery]);
      await inbox.subscription.close();
      const later = await test.another();
      await expectDepth(later, BAKERY, 90);
    });

    it.each([1, 2, 40])('never starves for acks that wait, with a prefetch of %i', async (prefetch) => {
      const { transport } = test;
      let count = 0;
      const subscription = await transport.subscribe(BAKERY, {
        prefetch,
        onDelivery: (delivery) => {
          count += 1;
          subscription.ackSoon([delivery]);
        },
      });
      await transport.publish(wires(100));
      await eventually(() => expect(count).toBe(100));
      await subscription.close();
      await expectDepth(transport, BAKERY, 0);
    });

    it('shares a queue between its consumers', async () => {
      const [one, other] = [await consume(test.transport, BAKERY, 5), await consume(await test.another(), BAKERY, 5)];
      await test.transport.publish(wires(10));
      await eventually(() => expect([one, other].map(({ deliveries }) => deliveries.length)).toEqual([5, 5]));
      const all = [...one.numbers(), ...other.numbers()].sort((a, b) => a - b);
      expect(all).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('ignores the acks of another subscription', async () => {
      const { transport } = test;
      await transport.publish(wires(2));
      const one = await consume(transport, BAKERY, 1);
      const other = await consume(await test.another(), BAKERY, 1);
      await one.expect(1);
      await other.expect(2);
      one.subscription.ack(other.deliveries);
      await one.subscription.close();
      await other.subscription.close();
      await expectDepth(transport, BAKERY, 2);
    });

    it('counts the messages that wait, not those that are out', async () => {
      const { transport } = test;
      await transport.publish(wires(5));
      await expectDepth(transport, BAKERY, 5);
      await consume(transport, BAKERY, 2);
      await expectDepth(transport, BAKERY, 3);
    });

    it('rejects the question about a queue that does not exist, and answers the next one', async () => {
      await expect(test.transport.depth('no.such-queue')).rejects.toThrow();
      await expectDepth(test.transport, BAKERY, 0);
    });

    it('may acknowledge within the delivery itself', async () => {
      const { transport } = test;
      const seen: Delivery[] = [];
      const subscription = await transport.subscribe(BAKERY, {
        prefetch: 1,
        onDelivery: (delivery) => {
          seen.push(delivery);
          setImmediate(() => subscription.ack([delivery]));
        },
      });
      await transport.publish(wires(20));
      await eventually(() => expect(seen).toHaveLength(20));
      await subscription.close();
      await expectDepth(transport, BAKERY, 0);
    });
  });
}
