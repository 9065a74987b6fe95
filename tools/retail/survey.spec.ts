import { join } from 'node:path';
import { linesOf } from './lines';
import { survey } from './survey';

const SAMPLE = join(__dirname, 'sample.csv');

describe('the first reading', () => {
  it('lists at the most frequent price, with every other price as a trade price', async () => {
    const { products } = await survey(linesOf(SAMPLE), 100);
    expect(products).toEqual([
      { sku: '31001A', name: 'BLUE ENAMEL TEAPOT', currency: 'GBP', price: 255, tradePrices: [210] },
      { sku: '31002', name: 'TEA TOWEL, "£ SIGNS"', currency: 'GBP', price: 300, tradePrices: [] },
      { sku: '31003b', name: 'PAPER LANTERN WHITE', currency: 'GBP', price: 165, tradePrices: [] },
      { sku: '31003B', name: 'PAPER LANTERN BLACK', currency: 'GBP', price: 165, tradePrices: [] },
      { sku: '31004', name: 'CANDLE HOLDER', currency: 'GBP', price: 125, tradePrices: [413] },
      { sku: '31005', name: 'CERAMIC BIRD', currency: 'GBP', price: 104, tradePrices: [] },
    ]);
  });

  it('opens with what all orders take together', async () => {
    const { openingStock } = await survey(linesOf(SAMPLE), 100);
    expect(Object.fromEntries(openingStock.map(({ sku, quantity }) => [sku, quantity]))).toEqual({
      '31001A': 56,
      '31002': 12,
      '31003b': 3,
      '31003B': 5,
      '31004': 6,
      '31005': 74215,
    });
  });

  it('opens with a part of it, in whole units', async () => {
    const { openingStock } = await survey(linesOf(SAMPLE), 80);
    expect(openingStock.map(({ quantity }) => quantity)).toEqual([44, 9, 2, 4, 4, 59372]);
  });

  it('remembers what is returned, and by whom', async () => {
    const { returned } = await survey(linesOf(SAMPLE), 100);
    expect(returned).toEqual({ keys: new Set(['41001 255 31001A', '41005 104 31005', '41001 300 31002', '41009 300 31002']), customers: new Set(['41001', '41005', '41009']) });
  });

  it('counts the whole file', async () => {
    expect(await survey(linesOf(SAMPLE), 100)).toMatchObject({ lines: 32, invoices: 20, orders: 5, returns: 4 });
  });
});
