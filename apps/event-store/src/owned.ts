/**
 * Who publishes what, by the first word of a stream. Streams and types of these services take no appends from outside: views
 * and folds believe what the log has of them, and nobody else may say it.
 */
const OWNER_OF_STREAMS: ReadonlyMap<string, string> = new Map([
  ['product', 'catalog'],
  ['cart', 'carts'],
  ['order', 'orders'],
  ['reservation', 'inventory'],
  ['receipt', 'inventory'],
  ['return', 'inventory'],
  ['payment', 'payments'],
  ['claim', 'claims'],
  ['notification', 'notifications'],
  // What comes without a stream has one by its id.
  ['event', 'event-store'],
]);
const SERVICES = new Set([...OWNER_OF_STREAMS.values(), 'orchestrator', 'views']);

/** The service that publishes streams of such a name; `undefined` where none does. */
export const publisherOf = (stream: string): string | undefined => OWNER_OF_STREAMS.get(stream.split('-', 1)[0] ?? '');

/** The service whose word an event of this type is; `undefined` where it is nobody's here. */
export const speakerOf = (type: string): string | undefined => [type.split('.', 1)[0] ?? ''].find((name) => SERVICES.has(name));
