import { statement } from '@comptoir/messaging';
import type { Offer } from '../cart';

/** Carts' own copy of the catalogue, of what these carts hold. Prices are safe integers. (cartIds uuid[]) */
export const readOffers = statement<Offer>(
  'carts-read-offers',
  `SELECT sku, currency, prices::float8[] AS prices, discontinued
   FROM carts.offer
   WHERE sku = ANY (ARRAY(
     SELECT line ->> 'sku' FROM carts.cart c, json_array_elements(c.lines) AS line WHERE c.cart_id = ANY ($1::uuid[])
   ))`,
);
