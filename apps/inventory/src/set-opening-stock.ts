import type { StockLine } from '@comptoir/contracts/inventory';
import type { SqlTransaction } from '@comptoir/messaging';
import { openStock } from './sql/open-stock';
import { readOpenings } from './sql/read-openings';

/** Opening stock is where a SKU's count begins; once units have come or gone it stands. */
export class StockHasMoved extends Error {
  readonly code = 'stock-has-moved';
  constructor(readonly data: { readonly skus: readonly string[] }) {
    super(`Stock has been received, reserved or sold already for: ${data.skus.slice(0, 20).join(', ')}`);
    this.name = 'StockHasMoved';
  }
}

/**
 * Sets the opening stock of SKUs, each once in `lines`; zero is allowed. All of it or nothing: throws `StockHasMoved`
 * where it would change an opening from which units have moved. Setting what is set already is no change.
 */
export async function setOpeningStock(tx: SqlTransaction, lines: readonly StockLine[]): Promise<void> {
  const skus = lines.map(({ sku }) => sku);
  const quantities = lines.map(({ quantity }) => quantity);
  const set = new Set((await openStock(tx, skus, quantities)).map(({ sku }) => sku));
  const others = skus.filter((sku) => !set.has(sku));
  if (others.length === 0) return;
  const wanted = new Map(lines.map(({ sku, quantity }) => [sku, quantity]));
  const changed = (await readOpenings(tx, others)).filter(({ sku, opening }) => wanted.get(sku) !== opening);
  if (changed.length > 0) throw new StockHasMoved({ skus: changed.map(({ sku }) => sku) });
}
