import type { MessageType } from '@comptoir/contracts';
import type { Handler, ServiceDefinition } from '@comptoir/messaging';
import type { SagaHandler } from '../handler';
import type { ReactionHandler } from '../reaction';

/** Anything of a service that takes or sends messages. */
export interface Declared {
  readonly service: string;
  /** Empty: the service itself (its timers, what people may do). */
  readonly name: string;
  readonly messages: readonly MessageType[];
  readonly emits: readonly MessageType[];
  /** `undefined`: every flow. */
  readonly flows: readonly string[] | undefined;
  readonly reaction: ReactionHandler['reaction'] | undefined;
  readonly saga: SagaHandler['definition'] | undefined;
}

const isReaction = (handler: object): handler is ReactionHandler<never> => 'reaction' in handler;
const isSaga = (handler: object): handler is SagaHandler<never> => 'definition' in handler;

/** All declarations of all services, each service's in their order. */
export const declaredBy = (services: readonly ServiceDefinition[]): Declared[] =>
  services.flatMap(({ name: service, handlers, requests, emits }) => {
    const silent = { service, messages: [], flows: [], reaction: undefined, saga: undefined };
    return [
      ...handlers.map((handler) => ofHandler(service, handler)),
      ...requests.map((request): Declared => ({ ...silent, name: request.name, emits: request.emits })),
      ...(emits.length > 0 ? [{ ...silent, name: '', emits }] : []),
    ];
  });

const ofHandler = (service: string, handler: Handler<never>): Declared => ({
  service,
  name: handler.name,
  messages: handler.messages,
  emits: handler.emits,
  flows: handler.flows,
  reaction: isReaction(handler) ? handler.reaction : undefined,
  saga: isSaga(handler) ? handler.definition : undefined,
});
