import { Shop } from './shop';
import { System, type SystemOptions } from './system';

/** Starting six processes takes a few seconds, on a busy machine more. */
const START_MS = 120_000;

/**
 * A system for all tests of a file, with the shop open. It ends with them, also where it has not come up in time: what
 * half started would outlive the run.
 */
export function useSystem(options: SystemOptions | (() => Promise<SystemOptions>)): () => Shop {
  let starting: Promise<System> | undefined;
  let shop: Shop | undefined;
  beforeAll(async () => {
    starting = (typeof options === 'function' ? options() : Promise.resolve(options)).then(System.start);
    const system = await starting;
    shop = new Shop(system);
    await shop.open();
  }, START_MS);
  afterAll(async () => {
    const system = await starting?.catch(() => undefined);
    await system?.stop();
  }, START_MS);
  return () => {
    if (!shop) throw new Error('The system has not started');
    return shop;
  };
}
