import { Logger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceDefinition } from '@comptoir/messaging';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { answerClientError } from './client-errors';
import { LogConfig, readConfig } from './config';
import { Metrics } from './metrics';
import { serveOpenApi, type ApiDescription } from './openapi';
import { PROBLEM_CONTENT_TYPE, statusProblem } from './problem';
import { ProblemFilter } from './problem.filter';
import { SERVICE } from './tokens';
import { ValidationPipe } from './validation';

/** 5,000 products with long names fit. */
const BODY_LIMIT = 5 * 1024 * 1024;

const CLOSE_IDLE_EVERY_MS = 20;

/** Creates a service's HTTP application, not yet listening. Its module imports `ServiceModule`. */
export async function createHttpApp(module: Type, api: Partial<ApiDescription> = {}): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, httpAdapter(), {
    // What goes wrong here is thrown, for the caller to tell once and its own way.
    logger: false,
    abortOnError: false,
  });
  const { name } = app.get<ServiceDefinition>(SERVICE, { strict: false });
  return configureHttp(app, { title: name, ...api });
}

/** No middleware is used: leaving the adapter for it out saves every request some work. */
export const httpAdapter = () =>
  new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    skipMiddie: true,
    genReqId: requestIds(),
    // A SKU of 64 characters, percent-encoded.
    routerOptions: { maxParamLength: 1_000 },
    // URLs that are refused before there is a route.
    frameworkErrors: ({ statusCode = 400, message }: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
      void reply
        .status(statusCode)
        .type(PROBLEM_CONTENT_TYPE)
        .send(JSON.stringify(statusProblem(statusCode, message))),
    clientErrorHandler: answerClientError,
  });

/** Unique over processes and restarts, and cheap. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return () => `${process}-${++count}`;
}

/** What every service's REST has in common: validation, problem details, metrics, the OpenAPI page. */
export function configureHttp(app: NestFastifyApplication, api: ApiDescription): NestFastifyApplication {
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  observeRequests(app);
  closeConnectionsInTime(app);
  serveOpenApi(app, api);
  return app;
}

/** Every request is counted; logged only at debug level, because writing a line costs more than many a request. */
function observeRequests(app: NestFastifyApplication): void {
  const metrics = app.get(Metrics, { strict: false });
  const { LOG_LEVEL } = readConfig(LogConfig, process.env);
  const logger = LOG_LEVEL === 'debug' ? new Logger('HTTP') : undefined;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, id, url, routeOptions } = request;
    const { statusCode: status, elapsedTime: ms } = reply;
    metrics.request(method, routeOptions.url ?? 'unknown', status, ms / 1_000);
    logger?.debug({ message: `${method} ${url}`, status, ms: Math.round(ms * 10) / 10, requestId: id });
    done();
  });
}

/**
 * A connection kept alive beyond the last request that ran on it would hold up the server's end by its time-out of a
 * minute, and Node closes only those that are idle at the beginning.
 */
function closeConnectionsInTime(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  let timer: NodeJS.Timeout | undefined;
  fastify.addHook('preClose', (done) => {
    timer = setInterval(() => fastify.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
    done();
  });
  fastify.addHook('onClose', async () => clearInterval(timer));
}
