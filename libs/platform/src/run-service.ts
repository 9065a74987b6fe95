import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { CommonConfig, ConfigInvalid, readConfig } from './config';
import { createHttpApp } from './http-app';
import { NestLogger, ServiceLogger } from './logger';
import type { ApiDescription } from './openapi';
import { shutDownOnSignals } from './shutdown';

/** Runs a service as this process: `void runService(InventoryModule)` is all of its main.ts. Configured by environment. */
export async function runService(module: Type, api: Partial<ApiDescription> = {}): Promise<void> {
  try {
    await start(module, api);
  } catch (error) {
    // The log may not exist yet, and a missing variable is no matter for a stack.
    const text = error instanceof ConfigInvalid ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${module.name} did not start. ${text}\n`);
    process.exit(1);
  }
}

async function start(module: Type, api: Partial<ApiDescription>): Promise<void> {
  const { HOST, PORT, SHUTDOWN_TIMEOUT_MS } = readConfig(CommonConfig, process.env);
  const app = await createHttpApp(module, api);
  const logger = app.get(ServiceLogger, { strict: false });
  app.useLogger(new NestLogger(logger));
  await app.listen({ host: HOST, port: PORT });
  // Not before: a process that still waits for its broker has nothing to drain, and ends at once.
  shutDownOnSignals({ close: () => app.close(), logger, timeoutMs: SHUTDOWN_TIMEOUT_MS });
  logger.info('Listening', { url: await app.getUrl() });
}
