export {
  atStep,
  ends,
  ignored,
  inState,
  knows,
  records,
  refuses,
  sends,
  sendsNothing,
  waits,
  withStatus,
} from './expectations';
export type { Expectation, Observed } from './expectations';
export {
  answering,
  deadLettered,
  deadlinePasses,
  Happened,
  person,
  scenario,
  timePasses,
  Told,
  uncaused,
} from './scenario';
export type { Happening } from './scenario';
export { CONVERSATION, Simulation } from './simulation';
export type { Sent, Turned } from './simulation';
export { inMemorySagaStore } from '../in-memory/store';
export type { TableTransaction } from '../in-memory/store';
export { sagaStoreContract } from './store-contract';
export type { StoreCapabilities } from './store-contract';
export type { StoreUnderTest } from './store-fixture';
