import { readFileSync } from 'node:fs';
import { OrderPlaced } from '@comptoir/contracts/orders';
import { StockSold } from '@comptoir/contracts/inventory';
import { handle, service } from '@comptoir/messaging';
import { checkFlows, eventsOnly, flowMap, follow, type FlowMap, type FollowedMessage } from '@comptoir/saga';
import fc from 'fast-check';
import { FLOW_MAP_FILE, flowMapText, FLOWS_FILE, flowsText } from './flows';
import { declaredServices } from './topology';

describe('npm run flows', () => {
  it('has been run since the last change: docs/flows.md is what the services declare', async () => {
    const { services } = await declaredServices();
    expect(readFileSync(FLOWS_FILE, 'utf8')).toBe(flowsText(services));
  });

  it('has been run since the last change: so is the map that conversations are followed by', async () => {
    const { services } = await declaredServices();
    expect(readFileSync(FLOW_MAP_FILE, 'utf8')).toBe(flowMapText(services));
  });

  it('writes another text when somebody new listens', async () => {
    const { services } = await declaredServices();
    const archive = service({ name: 'archive', handlers: [handle(StockSold, { emits: [], batch: async () => undefined })] });
    expect(flowsText([...services, archive])).not.toBe(flowsText(services));
  });

  it('refuses flows that cannot work, and says what to do', () => {
    expect(() => flowsText([service({ name: 'orders', emits: [OrderPlaced] })])).toThrow(/Nobody consumes orders.order-placed in none.*event-not-consumed/);
  });
});

describe('the flows of the services', () => {
  const findings = async (without: string) => {
    const { services } = await declaredServices();
    const left = services.map((each) => ({ ...each, handlers: each.handlers.filter(({ name }) => name !== without) }));
    return checkFlows(flowMap(left)).map(({ code, flow, subject }) => `${flow}: ${code} ${subject}`);
  };

  it('all come to an end', async () => {
    expect(await findings('')).toEqual([]);
  });

  it('would not without the handler that gives a cart back', async () => {
    expect(await findings('order-cancelled')).toEqual(['order-fulfilment: compensation-missing carts.validate-cart']);
  });

  it('would not without the one that releases stock', async () => {
    expect(await findings('release-stock')).toEqual(expect.arrayContaining([
      'order-fulfilment: compensation-missing inventory.reserve-stock',
      'order-fulfilment: event-without-source inventory.stock-released',
    ]));
  });

  it('would not without the one that tells carts of prices', async () => {
    expect(await findings('product-priced')).toEqual(['none: event-not-consumed catalog.product-priced']);
  });
});

describe.each([
  ['by all its messages', (map: FlowMap) => map],
  ['by its events alone', eventsOnly],
])('every run of every flow, followed %s', (_, seen) => {
  it('comes to its end, whoever says what first', async () => {
    const { services } = await declaredServices();
    const map = seen(flowMap(services));
    for (const { name: flow, starts, parts } of map.flows) {
      const now = new Date(0);
      const message = (type: string, id: number, causationId?: string): FollowedMessage => ({
        id: `m${id}`, type, flow, sentAt: now, sentBy: 'somebody', causationId,
      });
      const run = (choices: readonly number[]) => {
        const messages = starts.slice(0, 1).map((type) => message(type, 0));
        for (const choice of choices) {
          const next = follow(map, messages, now).flows[0]?.expected ?? [];
          const who = next[choice % Math.max(next.length, 1)];
          if (!who) break;
          messages.push(message(who.says[choice % who.says.length] ?? '', messages.length, who.because));
        }
        return follow(map, messages, now).flows;
      };
      // A part says something at most once: as many choices as there are parts are enough.
      const choices = fc.array(fc.nat(11), { minLength: parts.length, maxLength: parts.length });
      fc.assert(fc.property(choices, (chosen) => expect(run(chosen)).toMatchObject([{ flow, ended: true, expected: [] }])));
    }
  });
});
