import type { EventType, Outgoing } from '@comptoir/contracts';
import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import type { EventTypes } from '../event-types';
import { inMemoryEventStore } from '../in-memory/store';
import type { EventSource } from '../projector';
import type { ReadAll } from '../store';

/** What a projection reads in a test: these events, each of its own stream, and those added later. */
export class TestSource<T extends EventType> implements EventSource {
  private readonly store = inMemoryEventStore();
  private readonly run = inMemoryUnitOfWork().run;

  constructor(private readonly types: EventTypes<T>) {}

  async add(...events: readonly Outgoing<T>[]): Promise<this> {
    for (const event of events) {
      const stored = this.types.toStore(event);
      await this.run((tx) => this.store.append(tx, event.type.streamOf(stored.data), [stored], 'any'));
    }
    return this;
  }

  head(): Promise<number> {
    return this.run((tx) => this.store.head(tx));
  }

  readAll(options: ReadAll) {
    return this.run((tx) => this.store.readAll(tx, options));
  }
}

/** `new Projector({ projection, source: await sourceOf(projection.events, Issued({ ... }), ...), ... }).catchUp()` */
export const sourceOf = <T extends EventType>(types: EventTypes<T>, ...events: readonly Outgoing<T>[]) =>
  new TestSource(types).add(...events);
