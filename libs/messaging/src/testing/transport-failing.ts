import { eventually } from '@comptoir/testing';
import { Bake, BAKERY, wire, wires } from './contract-topology';
import { consume, expectDepth, type TransportTest } from './transport-test';

export function testFailing(test: TransportTest): void {
  const connected = () => eventually(() => expect(test.transport.connected).toBe(true));
  /** Breaks the connection and waits until it is there again. */
  const reconnected = async () => {
    let calls = 0;
    test.transport.onConnected(() => calls++);
    await test.setup.disconnect();
    await eventually(() => expect(calls).toBeGreaterThan(0));
  };
  const away = () => eventually(() => expect(test.transport.connected).toBe(false));

  describe('while the broker is away', () => {
    it('answers unknown at once, and keeps nothing for later', async () => {
      const { transport, setup } = test;
      await setup.stop();
      await away();
      expect(await transport.publish(wires(3))).toEqual(['unknown', 'unknown', 'unknown']);
      await expect(transport.depth(BAKERY)).rejects.toThrow();
      await setup.start();
      await connected();
      expect(await transport.publish([wire(Bake, 4)])).toEqual(['confirmed']);
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(4);
      await expectDepth(transport, BAKERY, 0);
    });

    it('does not start for ever', async () => {
      const { setup } = test;
      await setup.stop();
      const impatient = setup.connect({ startTimeoutMs: 200 });
      const started = impatient.start();
      await Promise.all([expect(started).rejects.toThrow(), setup.pass(200)]);
      await impatient.close();
    });

    it('says goodbye all the same', async () => {
      const { transport, setup } = test;
      await consume(transport, BAKERY);
      await setup.stop();
      await away();
      await transport.close();
      expect(transport.connected).toBe(false);
    });

    it('has no active subscription, and takes acks and goodbyes without complaint', async () => {
      const { transport, setup } = test;
      await transport.publish(wires(2));
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1, 2);
      await setup.stop();
      await away();
      await eventually(() => expect(inbox.subscription.active).toBe(false));
      inbox.subscription.ack(inbox.deliveries);
      await inbox.subscription.cancel();
      await inbox.subscription.close();
      await setup.start();
      await eventually(() => expectDepth(transport, BAKERY, 2));
    });
  });

  describe('after a lost connection', () => {
    it('says when publishing is possible again', async () => {
      const { transport, setup } = test;
      let calls = 0;
      transport.onConnected(() => calls++);
      await setup.stop();
      await away();
      expect(calls).toBe(0);
      await setup.start();
      await eventually(() => expect(calls).toBe(1));
      expect(transport.connected).toBe(true);
      expect(await transport.publish([wire(Bake, 1)])).toEqual(['confirmed']);
    });

    it('delivers again what was not acknowledged, and ignores acks from before', async () => {
      const { transport } = test;
      await transport.publish(wires(3));
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1, 2, 3);
      const before = [...inbox.deliveries];
      await reconnected();
      await inbox.expect(1, 2, 3, 1, 2, 3);
      expect(inbox.deliveries.slice(3).map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1, 1]);
      inbox.subscription.ack(before);
      await inbox.subscription.close();
      await eventually(() => expectDepth(transport, BAKERY, 3));
    });

    it('goes on consuming', async () => {
      const { transport } = test;
      const inbox = await consume(transport, BAKERY, 2);
      await reconnected();
      await eventually(() => expect(inbox.subscription.active).toBe(true));
      await transport.publish(wires(3));
      await inbox.expect(1, 2);
      inbox.subscription.ack(inbox.deliveries);
      await inbox.expect(1, 2, 3);
    });

    it('knows of no message that it was lost: those in flight are confirmed or unknown', async () => {
      const { transport, setup } = test;
      const publishing = transport.publish(wires(2_000));
      await setup.disconnect();
      const outcomes = await publishing;
      expect(outcomes).toHaveLength(2_000);
      expect(new Set(outcomes)).not.toContain('refused');
      expect(new Set(outcomes)).not.toContain('returned');
      const confirmed = outcomes.filter((outcome) => outcome === 'confirmed').length;
      await connected();
      const inbox = await consume(transport, BAKERY, 2_000);
      await eventually(() => expect(inbox.deliveries.length).toBeGreaterThanOrEqual(confirmed));
    });

    it('may be closed in the middle of it', async () => {
      const { transport, setup } = test;
      const publishing = transport.publish(wires(2_000));
      await setup.disconnect();
      await publishing;
      await transport.close();
      expect(await transport.publish(wires(1))).toEqual(['unknown']);
    });

    it('does not open again what was cancelled meanwhile', async () => {
      const { transport } = test;
      const inbox = await consume(transport, BAKERY);
      await inbox.subscription.cancel();
      await reconnected();
      await transport.publish([wire(Bake, 1)]);
      await (await consume(transport, BAKERY)).expect(1);
      expect(inbox.deliveries).toEqual([]);
    });
  });

  it('a consumer the broker closes subscribes again', async () => {
    const { transport, setup } = test;
    const inbox = await consume(transport, BAKERY);
    await transport.publish([wire(Bake, 1)]);
    await inbox.expect(1);
    inbox.subscription.ack(inbox.deliveries);
    await setup.interrupt(BAKERY, () => eventually(() => expect(inbox.subscription.active).toBe(false)));
    await eventually(() => expect(inbox.subscription.active).toBe(true));
    await eventually(async () => expect(await transport.publish([wire(Bake, 2)])).toEqual(['confirmed']));
    await eventually(() => expect(inbox.numbers()).toContain(2));
    expect(transport.connected).toBe(true);
  });

  it('a closed transport is away for good', async () => {
    const { transport, setup } = test;
    await consume(transport, BAKERY);
    await transport.close();
    expect(transport.connected).toBe(false);
    expect(await transport.publish([wire(Bake, 1)])).toEqual(['unknown']);
    await transport.close();
    await setup.disconnect();
    await expectDepth(await test.another(), BAKERY, 0);
  });
}
