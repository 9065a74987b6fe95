import { Bake, Baked, BAKERY, deadLetterOf, LEDGER, MORNING, Unhandled, wire, wires } from './contract-topology';
import { consume, expectDepth, type TransportTest } from './transport-test';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export function testPublishing(test: TransportTest): void {
  describe('publishing', () => {
    it('is possible once started', () => {
      expect(test.transport.connected).toBe(true);
    });

    it('confirms what a queue has taken, and delivers it as it was sent', async () => {
      const { transport } = test;
      const message = wire(Bake, 1);
      const headers = { flow: 'morning', attempt: 2, 'schema-version': 1, urgent: true, tenant: undefined };
      const sent = { ...message, properties: { ...message.properties, headers } };
      expect(await transport.publish([sent])).toEqual(['confirmed']);
      const { deliveries, ...inbox } = await consume(transport, BAKERY);
      await inbox.expect(1);
      expect(deliveries[0]).toMatchObject({
        queue: BAKERY,
        exchange: 'business.commands',
        routingKey: 'bakery.bake',
        redelivered: false,
        deliveryCount: 0,
        properties: {
          messageId: sent.properties.messageId,
          type: 'bakery.bake',
          correlationId: 'conversation-1',
          timestamp: sent.properties.timestamp,
          appId: 'contract',
          contentType: 'application/json',
          headers: { flow: 'morning', attempt: 2, 'schema-version': 1, urgent: true },
        },
      });
      expect(deliveries[0]?.properties.headers).not.toHaveProperty('tenant');
      expect(deliveries[0]?.body.toString('utf8')).toBe('{"n":1}');
    });

    it('routes an event to those who listen to its flow, and to those who listen to all', async () => {
      const { transport } = test;
      await transport.publish([wire(Baked, 1), wire(Baked, 2, { routingKey: 'bakery.baked.evening' })]);
      await expectDepth(transport, LEDGER, 2);
      await expectDepth(transport, BAKERY, 0);
      await (await consume(transport, MORNING)).expect(1);
    });

    it('returns a mandatory message no queue takes, and confirms one that needs no listener', async () => {
      const outcomes = await test.transport.publish([
        wire(Unhandled, 1, { mandatory: true }),
        wire(Unhandled, 2, { mandatory: false }),
      ]);
      expect(outcomes).toEqual(['returned', 'confirmed']);
    });

    it('answers with one outcome per message, in their order', async () => {
      const messages = range(50).map((n) => (n % 3 === 0 ? wire(Unhandled, n, { mandatory: true }) : wire(Bake, n)));
      const outcomes = await test.transport.publish(messages);
      expect(outcomes).toEqual(range(50).map((n) => (n % 3 === 0 ? 'returned' : 'confirmed')));
    });

    it('answers nothing for nothing', async () => {
      expect(await test.transport.publish([])).toEqual([]);
    });

    it('keeps the order of a thousand messages', async () => {
      const { transport } = test;
      const inbox = await consume(transport, BAKERY, 1_000);
      const outcomes = await transport.publish(wires(1_000));
      expect(new Set(outcomes)).toEqual(new Set(['confirmed']));
      await inbox.expect(...range(1_000));
    });

    it('carries bodies of megabytes, in any script', async () => {
      const { transport } = test;
      const text = '€ 12,50 – 日本 🛒 '.repeat(100_000);
      expect(await transport.publish([wire(Bake, 1, { body: JSON.stringify({ n: 1, text }) })])).toEqual(['confirmed']);
      const inbox = await consume(transport, BAKERY);
      await inbox.expect(1);
      expect((JSON.parse(inbox.deliveries[0]?.body.toString('utf8') ?? '') as { text: string }).text === text).toBe(true);
    });

    it('refuses what a full queue cannot take, without storing it', async () => {
      const { setup, transport } = test;
      await setup.limit(BAKERY, 1);
      const outcomes: unknown[] = [];
      // A quorum queue notices a moment late that it is full.
      while (!outcomes.includes('refused') && outcomes.length < 500)
        outcomes.push(...(await transport.publish([wire(Bake, outcomes.length + 1)])));
      expect(new Set(outcomes)).toEqual(new Set(['confirmed', 'refused']));
      await expectDepth(transport, BAKERY, outcomes.length - 1);
    });

    it('recovers from a message that no exchange takes', async () => {
      const { transport } = test;
      const [outcome] = await transport.publish([wire(Bake, 1, { exchange: 'no-such-exchange' })]);
      expect(['refused', 'unknown']).toContain(outcome);
      const inbox = await consume(transport, BAKERY);
      let n = 1;
      let again = outcome;
      const until = Date.now() + 10_000;
      while (again !== 'confirmed' && Date.now() < until) {
        [again] = await transport.publish([wire(Bake, ++n)]);
        await new Promise(setImmediate);
      }
      expect(again).toBe('confirmed');
      await inbox.expect(n);
    });

    it('keeps a dead letter in the queue of its origin', async () => {
      const { transport } = test;
      expect(await transport.publish([deadLetterOf(BAKERY, 7)])).toEqual(['confirmed']);
      await (await consume(transport, `${BAKERY}.dead`)).expect(7);
      await expectDepth(transport, BAKERY, 0);
    });
  });
}
