import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderPlaced } from '@comptoir/contracts/orders';
import { ReserveStock } from '@comptoir/contracts/inventory';
import { service } from '@comptoir/messaging';
import { DEFINITIONS_FILE, definitionsText, declaredServices } from './topology';

describe('npm run topology', () => {
  it('has been run since the last change: rabbitmq/definitions.json is what the services declare', async () => {
    const { services } = await declaredServices();
    expect(readFileSync(DEFINITIONS_FILE, 'utf8')).toBe(definitionsText(services));
  });

  it('covers the services', async () => {
    const { services } = await declaredServices();
    expect(services.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['carts', 'catalog', 'claims', 'inventory', 'orchestrator', 'orders', 'payments']),
    );
  });

  it('writes another text when a service sends something new', () => {
    const orders = service({ name: 'orders' });
    expect(definitionsText([{ ...orders, emits: [OrderPlaced] }])).not.toBe(definitionsText([orders]));
  });

  it('refuses a command nobody handles', () => {
    expect(() => definitionsText([service({ name: 'orders', emits: [ReserveStock] })])).toThrow(/inventory\.reserve-stock/);
  });
});

describe('finding services', () => {
  let apps: string;
  beforeEach(() => void (apps = mkdtempSync(join(tmpdir(), 'apps-'))));
  afterEach(() => rmSync(apps, { recursive: true }));
  const app = (name: string, module?: string) => {
    mkdirSync(join(apps, name, 'src'), { recursive: true });
    if (module) writeFileSync(join(apps, name, 'src', `${name}.module.ts`), module);
  };

  it('takes each app that declares one, and names the others', async () => {
    app('gift-cards', `export const giftCards = { name: 'gift-cards', handlers: [], requests: [], emits: [] };`);
    app('ops');
    const { services, without } = await declaredServices(apps);
    expect([services.map(({ name }) => name), without]).toEqual([['gift-cards'], ['ops']]);
  });

  it('says what a module without a service must export', async () => {
    app('claims', `export const other = 1;`);
    await expect(declaredServices(apps)).rejects.toThrow(/claims.module.ts must export `claims = service/);
  });
});
