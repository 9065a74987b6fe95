import type { Handler, Message, RetryPolicy, SqlTransaction } from '@comptoir/messaging';
import { SagaBatch } from './batch';
import type { SagaDefinition } from './definition';
import { Definitions } from './definitions';
import { observe } from './observe';
import type { SagaObserver } from './observer';
import type { SagaStore } from './store';

export interface SagaHandlerOptions {
  readonly observer?: SagaObserver;
  /** Messages in one transaction at most. Default 200. */
  readonly maxBatch?: number;
  readonly retry?: RetryPolicy;
}

/** A message handler that says which saga it runs: its newest definition, for the map of flows. */
export interface SagaHandler<Tx = SqlTransaction> extends Handler<Tx> {
  readonly definition: SagaDefinition;
}

const DEFAULT_MAX_BATCH = 200;

/**
 * Runs a saga type (all its registered versions) as a message handler: one queue for all its messages, named after the
 * type. A batch is one transaction: instances locked in key order, each one's messages folded in the order they came, state,
 * history and timers written, and the commands handed to the runtime.
 *
 * A message for a conversation without a saga that starts none is acknowledged and counted. One that is given up parks its
 * saga before it is dead-lettered; its replay resumes it.
 */
export function sagaHandler<Tx = SqlTransaction>(
  definition: SagaDefinition | readonly SagaDefinition[],
  store: SagaStore<Tx>,
  { observer = {}, maxBatch = DEFAULT_MAX_BATCH, retry }: SagaHandlerOptions = {},
): SagaHandler<Tx> {
  const definitions = new Definitions(definition);
  const { type } = definitions;
  return {
    definition: definitions.newest,
    name: type,
    messages: definitions.receives,
    flows: [type],
    emits: definitions.emits,
    maxBatch,
    retry,

    async batch(messages, tx) {
      const batch = new SagaBatch(definitions, await store.load(tx, type, conversationsOf(messages)));
      const turns = messages.map((message) => batch.take(message.correlationId, { kind: 'message', message }));
      const changes = batch.changes();
      if (changes.length > 0) await store.save(tx, type, changes);
      observe(observer, type, turns);
      turns.forEach(({ after }, index) => {
        if (!after) observer.unmatched?.(type, messages[index]?.type.name ?? '');
      });
      return turns.map((turned) => turned.messages);
    },

    async giveUp(message, reason, tx) {
      const loaded = await store.load(tx, type, [message.correlationId]);
      const instance = loaded.instances.get(message.correlationId);
      // What no instance waits for, or one that only an older process can read, goes to the dead letters and no further.
      if (!instance || !definitions.has(instance.definitionVersion)) return;
      const batch = new SagaBatch(definitions, loaded);
      const turned = batch.take(message.correlationId, { kind: 'gave-up', messageId: message.id, reason });
      const changes = batch.changes();
      if (changes.length > 0) await store.save(tx, type, changes);
      observe(observer, type, [turned]);
      return turned.messages;
    },
  };
}

const conversationsOf = (messages: readonly Message[]) => [
  ...new Set(messages.map(({ correlationId }) => correlationId)),
];
