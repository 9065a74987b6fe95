import { statement } from '@comptoir/messaging';
import type { Offer } from '../cart';

/** Carts' own copy of the catalogue. Prices are safe integers. (skus text[]) */
export const readOffers = statement<Offer>(
  'carts-read-offers',
  `SELECT sku, currency, prices::float8[] AS prices, discontinued
   FROM carts.offer WHERE sku = ANY ($1::text[])`,
);
