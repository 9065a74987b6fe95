export { CodedError } from './coded-error';
export { command, event, Money } from './message';
export type {
  AnswerOf,
  BodyOf,
  CommandType,
  EventType,
  MessageType,
  Outgoing,
  SendOptions,
} from './message';
