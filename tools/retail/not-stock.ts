/** Codes that stand in the file beside goods. Compared in capitals: `m` is `M`. */
const CODES: Readonly<Record<string, string>> = {
  POST: 'shipping',
  DOT: 'shipping',
  C2: 'shipping',
  C3: 'shipping',
  D: 'discount',
  M: 'manual entry',
  'BANK CHARGES': 'fee',
  AMAZONFEE: 'fee',
  S: 'samples',
  PADS: 'pads',
  CRUK: 'donation',
  B: 'adjustment',
  ADJUST: 'adjustment',
  ADJUST2: 'adjustment',
};

/** Why a code is no stock; `undefined` when it is. Goods have a number in their code, vouchers and tests too. */
export function notStock(stockCode: string): string | undefined {
  const code = stockCode.toUpperCase();
  if (Object.hasOwn(CODES, code)) return CODES[code];
  if (code.startsWith('GIFT_')) return 'voucher';
  if (/^TEST\d/.test(code)) return 'test';
  return /\d/.test(code) ? undefined : 'other';
}
