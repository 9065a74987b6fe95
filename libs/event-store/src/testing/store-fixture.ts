import { v7 as uuidv7 } from 'uuid';
import type { NewEvent } from '../event';
import type { Append, EventStore, ExpectedVersion, ReadAll, ReadStream, Snapshot } from '../store';

export interface StoreUnderTest<Tx> {
  readonly store: EventStore<Tx>;
  /** A transaction. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** An event with an id of its own; `n` tells it from others. */
export const happened = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  id: uuidv7(),
  type: 'till.counted',
  data: { n },
  ...more,
});

/** A store and short words for what the contract does to it. Streams and types are made up anew, so that tests may share a database. */
export class StoreFixture<Tx> {
  readonly stream = `till-${uuidv7()}`;

  constructor(private readonly under: StoreUnderTest<Tx>) {}

  get store(): EventStore<Tx> {
    return this.under.store;
  }

  readonly run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => this.under.run(work);
  readonly close = () => this.under.close();
  readonly append = (events: readonly NewEvent[], expected: ExpectedVersion = 'any', stream: string = this.stream) =>
    this.run((tx) => this.store.append(tx, stream, events, expected));
  readonly appendAll = (...appends: Append[]) => this.run((tx) => this.store.appendAll(tx, appends));
  readonly read = (options?: ReadStream, stream: string = this.stream) =>
    this.run((tx) => this.store.readStream(tx, stream, options));
  readonly readAll = (options: ReadAll) => this.run((tx) => this.store.readAll(tx, options));
  readonly head = () => this.run((tx) => this.store.head(tx));
  readonly snapshot = (fold: string) => this.run((tx) => this.store.readSnapshot(tx, this.stream, fold));
  readonly takeSnapshot = (snapshot: Snapshot) => this.run((tx) => this.store.writeSnapshot(tx, snapshot));
  /** What tells the stream's events apart. */
  readonly numbers = async (options?: ReadStream, stream?: string) =>
    (await this.read(options, stream)).map(({ data }) => (data as { n: number }).n);
}
