import type { MessageType } from '@comptoir/contracts';
import type { Handler, RequestHandler } from './handler';

/** A service's routing table: what it handles, and so which queues, bindings and permissions it has. */
export interface ServiceDefinition<Tx = never> {
  readonly name: string;
  readonly handlers: readonly Handler<Tx>[];
  readonly requests: readonly RequestHandler<never, unknown, Tx>[];
  /** Messages it sends beside what its handlers and requests declare (timers, people's actions). */
  readonly emits: readonly MessageType[];
  /** It may send past events again, to the queues of handlers that are `replayable`. */
  readonly replays?: boolean | undefined;
}

/** Declares a service. Refuses two handlers with one name: they would share a queue. */
export function service<Tx>(definition: {
  name: string;
  handlers?: readonly Handler<Tx>[];
  requests?: readonly RequestHandler<never, unknown, Tx>[];
  emits?: readonly MessageType[];
  replays?: boolean;
}): ServiceDefinition<Tx> {
  const { name, handlers = [], requests = [], emits = [], replays } = definition;
  const names = handlers.map((handler) => handler.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice) throw new TypeError(`Service ${name} has two handlers named ${twice}; give one of them a \`name\``);
  return { name, handlers, requests, emits, replays };
}

/** `<service>.<message>`: the management UI shows which work is behind. */
export const queueOf = (service: string, handler: Pick<Handler, 'name'>) => `${service}.${handler.name}`;
