/** Something kept in a book under an id. */
export type EntryOf<Key extends string> = { readonly [K in Key]: string };
/** Under an order's id. */
export type Entry = EntryOf<'orderId'>;

type Books<Key extends string> = Readonly<Record<string, AsyncIterable<EntryOf<Key>>>>;
type InBook<B> = B extends AsyncIterable<infer E> ? E : never;

/** All that the books say about one id; a book without it has no entry. */
export type Page<Key extends string, B extends Books<Key>> = EntryOf<Key> & { readonly [Name in keyof B]?: InBook<B[Name]> };

export const mergeByOrder = <B extends Books<'orderId'>>(books: B) => mergeBy('orderId', books);

/**
 * Reads several books side by side, each sorted by the id and with an id once: one page per id that stands in any of them.
 * Memory stays the same however many there are, and so the books may live in different databases.
 */
export async function* mergeBy<Key extends string, B extends Books<Key>>(key: Key, books: B): AsyncGenerator<Page<Key, B>> {
  const readers = await Promise.all(
    Object.entries(books).map(async ([name, book]) => {
      const rows = book[Symbol.asyncIterator]();
      return { name, rows, head: await rows.next() };
    }),
  );
  for (;;) {
    const heads = readers.flatMap(({ head }) => (head.done ? [] : [head.value[key]]));
    if (heads.length === 0) return;
    const id = heads.reduce((least, each) => (each < least ? each : least));
    const page: Record<string, unknown> = { [key]: id };
    for (const reader of readers) {
      if (reader.head.done || reader.head.value[key] !== id) continue;
      page[reader.name] = reader.head.value;
      reader.head = await reader.rows.next();
      if (!reader.head.done && reader.head.value[key] <= id)
        throw new RangeError(`${reader.name} is not sorted by ${key}: ${reader.head.value[key]} after ${id}`);
    }
    yield page as Page<Key, B>;
  }
}
