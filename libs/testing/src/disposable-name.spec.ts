import { disposableName, isLeftOver } from './disposable-name';

const day = 24 * 60 * 60_000;
const now = new Date('2026-03-01T12:00:00Z');

test('a name made more than a day ago is left over', () => {
  expect(isLeftOver(disposableName('inventory', now), new Date(now.getTime() + day + 120_000))).toBe(true);
});

test('a name made within the day is in use', () => {
  expect(isLeftOver(disposableName('inventory', now), new Date(now.getTime() + day - 120_000))).toBe(false);
});

test.each(['inventory', 'comptoir', 'template_inventory_64b766499c16', 'test-inventory', '/'])('%s is none of ours', (name) => {
  expect(isLeftOver(name, new Date(now.getTime() + 1_000 * day))).toBe(false);
});

test('two names are never the same, and fit into an identifier', () => {
  const names = Array.from({ length: 50 }, () => disposableName('A service with a very long name: indeed', now));
  expect(new Set(names).size).toBe(50);
  for (const name of names) expect(name).toMatch(/^[a-z0-9_-]{1,63}$/);
});
