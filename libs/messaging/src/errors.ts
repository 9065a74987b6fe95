import { CodedError } from '@comptoir/contracts';

/** The base of the library's errors. */
export abstract class MessagingError extends CodedError {}

/**
 * Rolls the batch back and runs it again at once: what was read has changed meanwhile. Counts no attempt. A handler with
 * `call` is asked `known` again first, and calls again where nothing is known.
 */
export class RetryNow extends MessagingError {
  readonly code = 'retry-now';
}

/** A message off the wire that is not what its contract says. Dead-lettered at once: trying again cannot help. */
export class ContractViolation extends MessagingError {
  readonly code = 'contract-violation';
}

/** A handler returned something its declaration does not allow: a bug in the handler. */
export class HandlerContractBroken extends MessagingError {
  readonly code = 'handler-contract-broken';
}

/** The same idempotency key came with another request. */
export class IdempotencyKeyReused extends MessagingError {
  readonly code = 'idempotency-key-reused';
}

/** The process is going down, or its database is away for too long, or too much waits already; try again later. */
export class EndpointUnavailable extends MessagingError {
  readonly code = 'endpoint-unavailable';
}

/** The connection went while COMMIT was on its way: the transaction may have happened. */
export class CommitOutcomeUnknown extends MessagingError {
  readonly code = 'commit-outcome-unknown';
}
