import { statement } from '@comptoir/messaging';

export interface AvailableStock {
  readonly sku: string;
  readonly available: number;
}

/**
 * Locks the stock of these SKUs in key order, as it is once locked. Every transaction takes its locks in one sequence,
 * reservations by order id and then stock by SKU, so that none waits in a circle. (skus text[])
 */
export const lockStock = statement<AvailableStock>(
  'lock-stock',
  `SELECT sku, available::float8 AS available
   FROM inventory.stock
   WHERE sku = ANY ($1::text[])
   ORDER BY sku
   FOR UPDATE`,
);
