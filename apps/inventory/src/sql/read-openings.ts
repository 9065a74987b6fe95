import { statement } from '@comptoir/messaging';

export interface Opening {
  readonly sku: string;
  readonly opening: number;
}

/** (skus text[]) */
export const readOpenings = statement<Opening>(
  'read-openings',
  `SELECT sku, opening::float8 AS opening FROM inventory.stock WHERE sku = ANY ($1::text[]) ORDER BY sku`,
);
