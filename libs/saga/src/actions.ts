import type { Outgoing } from '@comptoir/contracts';
import type { Accepted, RequestHandler, SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { SagaBatch } from './batch';
import type { Refusal } from './decision';
import type { SagaDefinition } from './definition';
import { Definitions } from './definitions';
import type { PersonsAction } from './input';
import type { SagaStatus } from './instance';
import { observe } from './observe';
import type { SagaObserver } from './observer';
import type { ActionRecord, SagaStore } from './store';

/** What a person asks of one saga. */
export interface ActionRequest {
  readonly conversation: string;
  readonly action: PersonsAction;
  /** Who asks, and why: both are kept for good. */
  readonly actor: string;
  readonly reason: string;
}

export type ActionReply =
  | {
      readonly outcome: 'accepted';
      readonly actionId: string;
      readonly status: SagaStatus;
      readonly step: string | null;
      readonly label: string;
    }
  | { readonly outcome: 'refused'; readonly actionId: string; readonly refusal: Refusal }
  | { readonly outcome: 'unknown-saga' };

/**
 * What people do to the sagas of a type, as a request of the service: in one transaction with its audit record, and
 * repeatable under an idempotency key. What is not allowed is refused in the reply, and recorded too.
 */
export function sagaActions<Tx = SqlTransaction>(
  definition: SagaDefinition | readonly SagaDefinition[],
  store: SagaStore<Tx>,
  { observer = {} }: { observer?: SagaObserver } = {},
): RequestHandler<ActionRequest, ActionReply, Tx> {
  const definitions = new Definitions(definition);
  const { type } = definitions;
  return {
    name: `${type}-actions`,
    emits: definitions.emits,
    maxBatch: 50,
    async batch(requests, tx) {
      const loaded = await store.load(tx, type, [...new Set(requests.map(({ conversation }) => conversation))]);
      const batch = new SagaBatch(definitions, loaded);
      const records: ActionRecord[] = [];
      const accepted = requests.map((request): Accepted<ActionReply, Outgoing['type']> => {
        const { conversation, action, actor, reason } = request;
        if (!loaded.instances.has(conversation)) return { reply: { outcome: 'unknown-saga' } };
        const id = uuidv7();
        const turned = batch.take(conversation, { kind: 'action', id, action, actor, reason });
        observe(observer, type, [turned]);
        const answer = action.kind === 'resolve' ? action.answer : undefined;
        const outcome = turned.refusal?.code ?? 'accepted';
        records.push({ id, conversation, action: action.kind, actor, reason, answer, outcome, at: loaded.now });
        if (turned.refusal) return { reply: { outcome: 'refused', actionId: id, refusal: turned.refusal } };
        const { status = 'running', step = null, label = '' } = turned.after ?? {};
        return { reply: { outcome: 'accepted', actionId: id, status, step, label }, messages: turned.messages };
      });
      const changes = batch.changes();
      if (changes.length > 0) await store.save(tx, type, changes);
      if (records.length > 0) await store.recordActions(tx, type, records);
      return accepted;
    },
  };
}
