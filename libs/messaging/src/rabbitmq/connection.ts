import type { Duplex } from 'node:stream';
import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { coalesceWrites } from '../coalesce-writes';
import type { Logger } from '../logger';

/** TCP_NODELAY is off by default in amqplib, and costs tens of milliseconds a hop (Nagle against delayed acks). */
const SOCKET = { noDelay: true, keepAlive: true, keepAliveDelay: 10_000 };

/**
 * One AMQP connection with automatic reconnect, made by golevelup's AmqpConnection. Direct reply-to, handler discovery and
 * topology set-up stay off: services have no `configure` rights, and every channel is opened by `openChannel`.
 */
export async function connect(options: { url: string; name: string; logger: Logger }): Promise<AmqpConnection> {
  const { logger } = options;
  const connection = new AmqpConnection({
    name: options.name,
    uri: options.url,
    enableDirectReplyTo: false,
    registerHandlers: false,
    connectionInitOptions: { wait: false, skipConnectionFailedLogging: true, skipDisconnectFailedLogging: true },
    connectionManagerOptions: {
      heartbeatIntervalInSeconds: 10,
      reconnectTimeInSeconds: 1,
      connectionOptions: { ...SOCKET, clientProperties: { connection_name: options.name } },
    },
    logger: {
      log: (message: unknown) => logger.debug(String(message)),
      warn: (message: unknown) => logger.debug(String(message)),
      error: (message: unknown) => logger.warn(String(message)),
    },
  });
  // The wait is `start`'s: `init` would only give up, not stop trying. A set-up that fails now is tried at the next connect.
  void connection.init().catch((error: unknown) => logger.warn('RabbitMQ channel set-up failed', { error: String(error) }));
  connection.managedConnection.on('disconnect', ({ err }: { err?: Error }) =>
    logger.warn('Lost the connection to RabbitMQ; connecting again', { connection: options.name, error: err?.message }),
  );
  let refused = false;
  connection.managedConnection.on('connectFailed', ({ err }: { err: Error }) => {
    if (!refused) logger.warn('RabbitMQ cannot be reached; trying again every second', { connection: options.name, error: err.message });
    refused = true;
  });
  connection.managedConnection.on('connect', ({ connection: model }: { connection: unknown }) => {
    refused = false;
    coalesceWrites((model as { connection: { stream: Duplex } }).connection.stream);
    logger.debug('Connected to RabbitMQ', { connection: options.name });
  });
  return connection;
}
