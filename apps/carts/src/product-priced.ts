import { CATALOGUE, ProductPriced } from '@comptoir/contracts/catalog';
import { handle } from '@comptoir/messaging';
import { keepOffers } from './sql/keep-offers';

/** ProductPriced -> nothing. Carts' own copy of the catalogue: it prices carts while the catalogue is away. */
export const productPriced = handle(ProductPriced, {
  emits: [],
  flows: [CATALOGUE],
  // The latest revision of a product wins, whenever it comes: the copy can be made anew from the log.
  replayable: true,
  async batch(events, tx) {
    const products = events.map(({ body }) => body);
    await keepOffers(
      tx,
      products.map(({ sku }) => sku),
      products.map(({ currency }) => currency),
      products.map(({ prices }) => `{${prices.join()}}`),
      products.map(({ revision }) => revision),
      products.map(({ discontinued }) => discontinued),
    );
  },
});
