import type { MessageType, Outgoing } from '@comptoir/contracts';
import type { RequestHandler, HandlerContext } from './handler';
import type { Logger } from './logger';
import type { EndpointObserver } from './observer';
import type { ServiceDefinition } from './service';
import type { Transport } from './transport';
import type { UnitOfWork } from './unit-of-work';

export interface EndpointOptions<Tx> {
  readonly service: ServiceDefinition<Tx>;
  readonly transport: Transport;
  readonly unitOfWork: UnitOfWork<Tx>;
  readonly logger: Logger;
  readonly observer?: EndpointObserver;
  readonly get?: HandlerContext['get'];
}

export interface RequestOptions {
  readonly idempotencyKey?: string;
}

export declare class Endpoint<Tx> {
  constructor(options: EndpointOptions<Tx>);
  start(): Promise<void>;
  request<Input, Reply>(handler: RequestHandler<Input, Reply, Tx>, input: Input, options?: RequestOptions): Promise<Reply>;
  transaction<T>(work: (tx: Tx) => Promise<{ result: T; messages: readonly Outgoing<MessageType>[] }>): Promise<T>;
  drain(): Promise<void>;
}
