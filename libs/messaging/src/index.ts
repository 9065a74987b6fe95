export { systemClock, virtualClock } from './clock';
export type { Clock, Timer, VirtualClock } from './clock';
export { Endpoint } from './endpoint';
export type { EndpointOptions, Readiness, RequestOptions } from './endpoint';
export {
  CommitOutcomeUnknown,
  ContractViolation,
  EndpointUnavailable,
  HandlerContractBroken,
  IdempotencyKeyReused,
  MessagingError,
  RetryNow,
} from './errors';
export { failPoint } from './failpoint';
export { classify } from './failure';
export type { FailureKind } from './failure';
export { handle, handleRequests } from './handler';
export type {
  Accepted,
  CommandOutcome,
  Handler,
  HandlerContext,
  Outcome,
  RequestHandler,
} from './handler';
export { NO_FLOW } from './envelope';
export { observe } from './observe';
export type { ObservedEvent, ObserverOptions } from './observe';
export { inboxKeyOf, REPLAY_ID } from './replay';
export type { Logger } from './logger';
export type { HeaderValue, Message, WireMessage } from './message';
export type { EndpointObserver } from './observer';
export { Polling } from './polling';
export type { PollingOptions } from './polling';
export { ADMIN, definitionsOf, devPassword, VHOST } from './rabbitmq/definitions';
export type { Definitions } from './rabbitmq/definitions';
export { importDefinitions, TopologyMismatch } from './rabbitmq/import-definitions';
export { packed, unpacked } from './sql/packed';
export { DEFAULT_RETRY, RETRY_TIERS } from './retry';
export type { RetryPolicy, RetryTier } from './retry';
export { queueOf, service } from './service';
export type { ServiceDefinition } from './service';
export { commandsWithoutQueue, deadQueueOf, EVENTS, REPLAYS, retryExchange, routingKeyOf, topologyOf } from './topology';
export type { Topology } from './topology';
export type { Delivery, PublishOutcome, Subscription, Transport } from './transport';
export { statement } from './unit-of-work';
export type { MessageStore, OutboxRow, SqlTransaction, Statement, StoredReply, UnitOfWork } from './unit-of-work';
export { pgPool } from './postgres/pool';
export { pgUnitOfWork } from './postgres/unit-of-work';
export { withCommit } from './postgres/with-commit';
export { prismaUnitOfWork } from './prisma/unit-of-work';
export type { PrismaLike, PrismaTransaction } from './prisma/unit-of-work';
export { rabbitTransport } from './rabbitmq/transport';
export type { RabbitTransportOptions } from './rabbitmq/transport';
