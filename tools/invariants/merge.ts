/** Something kept in a book under an order's id. */
export interface Entry {
  readonly orderId: string;
}

type Books = Readonly<Record<string, AsyncIterable<Entry>>>;
type EntryOf<B> = B extends AsyncIterable<infer E> ? E : never;

/** All that the books say about one order; a book without the order has no entry. */
export type Page<B extends Books> = { readonly orderId: string } & { readonly [Name in keyof B]?: EntryOf<B[Name]> };

/**
 * Reads several books side by side, each sorted by order id and with an order once: one page per order that stands in any
 * of them. Memory stays the same however many orders there are, and so the books may live in different databases.
 */
export async function* mergeByOrder<B extends Books>(books: B): AsyncGenerator<Page<B>> {
  const readers = await Promise.all(
    Object.entries(books).map(async ([name, book]) => {
      const rows = book[Symbol.asyncIterator]();
      return { name, rows, head: await rows.next() };
    }),
  );
  for (;;) {
    const heads = readers.flatMap(({ head }) => (head.done ? [] : [head.value.orderId]));
    if (heads.length === 0) return;
    const orderId = heads.reduce((least, each) => (each < least ? each : least));
    const page: Record<string, unknown> = { orderId };
    for (const reader of readers) {
      if (reader.head.done || reader.head.value.orderId !== orderId) continue;
      page[reader.name] = reader.head.value;
      reader.head = await reader.rows.next();
      if (!reader.head.done && reader.head.value.orderId <= orderId)
        throw new RangeError(`${reader.name} is not sorted by order id: ${reader.head.value.orderId} after ${orderId}`);
    }
    yield page as Page<B>;
  }
}
