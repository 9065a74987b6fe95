import { CodedError } from '@comptoir/contracts';

/** The base of the library's errors. */
export abstract class SagaError extends CodedError {}

/** A definition that cannot work: thrown while it is built, so at start-up. */
export class InvalidDefinition extends SagaError {
  readonly code = 'invalid-saga-definition';
}

/** A step's mapping made data that breaks the saga's own schema: a bug in the definition. */
export class InvalidSagaData extends SagaError {
  readonly code = 'invalid-saga-data';
}

/** A live instance has a definition version that this process does not know: an older process must finish it. */
export class UnregisteredDefinition extends SagaError {
  readonly code = 'unregistered-saga-definition';
}
