import { mergeByOrder, type Entry } from './merge';

async function* book(...ids: readonly string[]): AsyncGenerator<Entry> {
  for (const orderId of ids) yield { orderId };
}

const pagesOf = async (books: Record<string, AsyncIterable<Entry>>) => {
  const found: string[] = [];
  for await (const page of mergeByOrder(books)) {
    const { orderId, ...entries } = page;
    found.push(`${orderId}: ${Object.keys(entries).join(' ')}`);
  }
  return found;
};

describe('reading books side by side', () => {
  it('gives one page per order, with the books it stands in', async () => {
    expect(await pagesOf({ order: book('a', 'b', 'd'), saga: book('b', 'c'), payment: book() })).toEqual([
      'a: order',
      'b: order saga',
      'c: saga',
      'd: order',
    ]);
  });

  it('reads nothing from empty books', async () => {
    expect(await pagesOf({ order: book(), saga: book() })).toEqual([]);
  });

  it.each([
    ['unsorted', ['b', 'a']],
    ['with an order twice', ['a', 'a']],
  ])('refuses a book %s, which would hide violations', async (_, ids) => {
    await expect(pagesOf({ saga: book(...ids) })).rejects.toThrow(/saga is not sorted/);
  });
});
