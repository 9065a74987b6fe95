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
export { answering, deadLettered, deadlinePasses, Happened, person, scenario, timePasses, Told, uncaused } from './scenario';
export type { Happening } from './scenario';
export { CONVERSATION, Simulation } from './simulation';
export type { Sent, Turned } from './simulation';
