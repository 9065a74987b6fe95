export { systemClock, virtualClock } from './clock';
export type { Clock, Timer, VirtualClock } from './clock';
export type { Endpoint, EndpointOptions, RequestOptions } from './endpoint';
export {
  ContractViolation,
  EndpointUnavailable,
  HandlerContractBroken,
  IdempotencyKeyReused,
  MessagingError,
  RetryNow,
} from './errors';
export { handle, handleRequests } from './handler';
export type {
  Accepted,
  CommandOutcome,
  Handler,
  HandlerContext,
  Outcome,
  RequestHandler,
} from './handler';
export type { Logger } from './logger';
export type { HeaderValue, Message, WireMessage } from './message';
export type { EndpointObserver } from './observer';
export { ADMIN, definitionsOf, devPassword, VHOST } from './rabbitmq/definitions';
export type { Definitions } from './rabbitmq/definitions';
export { importDefinitions, TopologyMismatch } from './rabbitmq/import-definitions';
export { DEFAULT_RETRY, RETRY_TIERS } from './retry';
export type { RetryPolicy, RetryTier } from './retry';
export { queueOf, service } from './service';
export type { ServiceDefinition } from './service';
export { commandsWithoutQueue, deadQueueOf, retryExchange, routingKeyOf, topologyOf } from './topology';
export type { Topology } from './topology';
export type { Delivery, PublishOutcome, Subscription, Transport } from './transport';
export { statement } from './unit-of-work';
export type { MessageStore, OutboxRow, SqlTransaction, Statement, StoredReply, UnitOfWork } from './unit-of-work';
