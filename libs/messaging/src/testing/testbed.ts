import { freshDatabase, freshVhost } from '@comptoir/testing';
import { connect } from 'amqplib';
import { Pool } from 'pg';
import { Endpoint } from '../endpoint';
import { outboxRow, wireMessage } from '../envelope';
import type { HandlerContext } from '../handler';
import type { Logger } from '../logger';
import type { WireMessage } from '../message';
import { pgPool } from '../postgres/pool';
import { pgUnitOfWork } from '../postgres/unit-of-work';
import { definitionsOf } from '../rabbitmq/definitions';
import { publishOptions } from '../rabbitmq/properties';
import { rabbitTransport } from '../rabbitmq/transport';
import type { ServiceDefinition } from '../service';
import { topologyOf } from '../topology';
import type { SqlTransaction } from '../unit-of-work';

type Outgoing = Parameters<typeof outboxRow>[0];

/** A service on real servers of its own: database, virtual host, endpoint; and hands to poke at them from outside. */
export async function testbed(service: ServiceDefinition<SqlTransaction>, options: { tables?: string; get?: HandlerContext['get'] } = {}) {
  const [database, vhost] = await Promise.all([
    freshDatabase(service.name, ['messaging']),
    freshVhost(definitionsOf(topologyOf([service as ServiceDefinition]))),
  ]);
  const admin = new Pool({ connectionString: database.adminUrl, max: 2 });
  admin.on('error', () => undefined);
  if (options.tables) await admin.query(`${options.tables}; GRANT ALL ON ALL TABLES IN SCHEMA public TO "${service.name}"`);
  const logged: { level: string; message: string; data?: Record<string, unknown> }[] = [];
  const log = (level: string) => (message: string, data?: Record<string, unknown>) => void logged.push({ level, message, data });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const started: { endpoint: Endpoint<SqlTransaction>; stop: () => Promise<void> }[] = [];

  const outside = await connect(vhost.url);
  outside.on('error', () => undefined);
  const channel = await outside.createConfirmChannel();

  return {
    vhost,
    /** An outsider's channel, with the administrator's rights. */
    channel,
    logged,
    /** Another process of the service, as far as the servers can tell. */
    async start(): Promise<{ endpoint: Endpoint<SqlTransaction>; pool: Pool; stop: () => Promise<void> }> {
      const pool = pgPool({ connectionString: database.url, applicationName: service.name });
      const transport = rabbitTransport({ url: vhost.urlFor(service.name), name: service.name, logger });
      await transport.start();
      const endpoint = new Endpoint({ service, transport, unitOfWork: pgUnitOfWork(pool), logger, get: options.get });
      await endpoint.start();
      let stopping: Promise<void> | undefined;
      const stop = () =>
        (stopping ??= (async () => {
          await endpoint.drain();
          await transport.close();
          await pool.end();
        })());
      started.push({ endpoint, stop });
      return { endpoint, pool, stop };
    },
    wire: (outgoing: Outgoing): WireMessage => wireMessage(outboxRow(outgoing, undefined, Date.now()), undefined, 'outside'),
    /** Publishes as an outsider would: confirmed, with whatever the message holds. */
    async publish(...messages: readonly WireMessage[]): Promise<void> {
      for (const message of messages)
        channel.publish(message.exchange, message.routingKey, Buffer.from(message.body), publishOptions(message));
      await channel.waitForConfirms();
    },
    /** Takes a message off a queue for good; false when it is empty. */
    get: (queue: string) => channel.get(queue, { noAck: true }),
    async depth(queue: string): Promise<number> {
      return (await channel.checkQueue(queue)).messageCount;
    },
    async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
      return (await admin.query<Row>(sql, values)).rows;
    },
    async stop(): Promise<void> {
      await Promise.all(started.map(({ stop }) => stop()));
      await outside.close();
      await admin.end();
      await Promise.all([database.drop(), vhost.drop()]);
    },
  };
}

export type Testbed = Awaited<ReturnType<typeof testbed>>;
