import { readFileSync } from 'node:fs';
import { OrderPlaced } from '@comptoir/contracts/orders';
import { StockSold } from '@comptoir/contracts/inventory';
import { handle, service } from '@comptoir/messaging';
import { checkFlows, flowMap } from '@comptoir/saga';
import { FLOWS_FILE, flowsText } from './flows';
import { declaredServices } from './topology';

describe('npm run flows', () => {
  it('has been run since the last change: docs/flows.md is what the services declare', async () => {
    const { services } = await declaredServices();
    expect(readFileSync(FLOWS_FILE, 'utf8')).toBe(flowsText(services));
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
