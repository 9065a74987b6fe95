import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@comptoir/messaging';
import { createLogger, format, transports, type Logger as Winston } from 'winston';
import type { LogConfig } from './config';

/** The service's log, injectable by this class. `data` is structured and flat. */
export abstract class ServiceLogger implements Logger {
  abstract debug(message: string, data?: Record<string, unknown>): void;
  abstract info(message: string, data?: Record<string, unknown>): void;
  abstract warn(message: string, data?: Record<string, unknown>): void;
  abstract error(message: string, data?: Record<string, unknown>): void;
}

const NOT_DATA = new Set(['level', 'message', 'timestamp', 'service', 'context', 'stack']);

/** One line for people: `12:00:01 WARN  carts [HTTP] message key=value`. */
const readable = format.printf((info) => {
  const time = String(info['timestamp']).slice(11, 23);
  const context = info['context'] ? ` [${String(info['context'])}]` : '';
  const data = Object.entries(info)
    .filter(([key, value]) => !NOT_DATA.has(key) && value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const stack = info['stack'] ? `\n${String(info['stack'])}` : '';
  return `${time} ${info.level.toUpperCase().padEnd(5)} ${String(info['service'])}${context} ${String(info.message)}${data}${stack}`;
});

/** Error objects among the data are flattened: their message and stack are not enumerable. */
const errors = format((info) => {
  for (const [key, value] of Object.entries(info))
    if (value instanceof Error) {
      info[key] = value.message;
      info['stack'] ??= value.stack;
    }
  return info;
});

export function winstonLogger(service: string, config: LogConfig): Winston {
  const json = (config.LOG_FORMAT ?? (config.NODE_ENV === 'production' ? 'json' : 'readable')) === 'json';
  return createLogger({
    level: config.LOG_LEVEL,
    defaultMeta: { service },
    format: format.combine(errors(), format.timestamp(), json ? format.json() : readable),
    transports: [new transports.Console()],
  });
}

/** Where Nest tells of every module and route while it starts: a service says only that it listens. */
const NEST_STARTING = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Lets Nest, and code that uses Nest's `Logger`, write to the same log. Nest's `log` is `info`, `verbose` is `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log = (message: unknown, ...rest: unknown[]) => this.write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);

  /** Nest passes the context last, and for errors the stack before it. */
  private write(level: keyof Logger, message: unknown, rest: unknown[]): void {
    const context = rest.length ? rest[rest.length - 1] : undefined;
    if (level === 'info' && NEST_STARTING.has(String(context))) level = 'debug';
    const stack = level === 'error' && rest.length > 1 ? rest[0] : undefined;
    const { text, data } = partsOf(message);
    this.logger[level](text, { context, ...(stack ? { stack } : {}), ...data });
  }
}

/** Nest's loggers take text, an error, or an object whose `message` is the text and whose other fields are data. */
function partsOf(message: unknown): { text: string; data: Record<string, unknown> } {
  if (message instanceof Error) return { text: message.message, data: { stack: message.stack } };
  if (typeof message !== 'object' || message === null) return { text: String(message), data: {} };
  const { message: text = '', ...data } = message as Record<string, unknown>;
  return { text: String(text), data };
}
