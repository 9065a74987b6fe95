import type { Handler, RequestHandler, SqlTransaction } from '@comptoir/messaging';
import type { ActionReply, ActionRequest, SagaOfSteps } from '@comptoir/saga';

/** A saga type as this service runs it. */
export interface RegisteredSaga {
  /** All versions that live instances may have. */
  readonly definitions: readonly SagaOfSteps[];
  readonly handler: Handler<SqlTransaction>;
  readonly actions: RequestHandler<ActionRequest, ActionReply, SqlTransaction>;
}

/** Injection token: every saga type this service runs. */
export const SAGAS = Symbol('SAGAS');

export const typeOf = ({ handler }: RegisteredSaga) => handler.name;

export const definitionOf = (
  sagas: readonly RegisteredSaga[],
  type: string,
  version: number,
): SagaOfSteps | undefined =>
  sagas.flatMap(({ definitions }) => definitions).find((each) => each.type === type && each.version === version);
