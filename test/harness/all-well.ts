import { untilAllIsLogged } from './logged';
import { ReadSide } from './read-side';
import { refundMiscounts } from './refunds-told-once';
import type { Shop } from './shop';
import { miscounts } from './told-once';

/**
 * Waits until a whole system is at rest, and expects that everything adds up: the books of all services, what they told of
 * orders and of refunds, the company's log, and the views of it.
 */
export async function expectAllWell(shop: Shop, { waitMs = 45_000 }: { waitMs?: number } = {}): Promise<void> {
  const { system } = shop;
  expect(await system.violations({ waitMs })).toEqual([]);
  await untilAllIsLogged(system);
  expect(await miscounts(system)).toEqual([]);
  expect(await refundMiscounts(system)).toEqual([]);
  await new ReadSide(shop).untilAllIsShown();
}
