import { Writable } from 'node:stream';
import { transports } from 'winston';
import type { LogConfig } from './config';
import { NestLogger, winstonLogger } from './logger';

function logged(config: Partial<LogConfig>, write: (nest: NestLogger, logger: ReturnType<typeof winstonLogger>) => void): string {
  const logger = winstonLogger('carts', { LOG_LEVEL: 'info', ...config });
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  logger.clear().add(new transports.Stream({ stream }));
  write(new NestLogger(logger), logger);
  return text;
}

it('is JSON in production, with the data as fields', () => {
  const text = logged({ NODE_ENV: 'production' }, (_, logger) => logger.warn('Slow', { queue: 'carts.x', ms: 12 }));
  expect(JSON.parse(text)).toEqual({
    level: 'warn',
    message: 'Slow',
    service: 'carts',
    queue: 'carts.x',
    ms: 12,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

it('is a readable line elsewhere', () => {
  const text = logged({}, (_, logger) => logger.info('Listening', { url: 'http://x', more: { a: 1 } }));
  expect(text.trimEnd()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}carts Listening url=http:\/\/x more=\{"a":1\}$/);
});

it('shows message and stack of an error among the data', () => {
  const error = new Error('broken');
  const entry = JSON.parse(logged({ LOG_FORMAT: 'json' }, (_, logger) => logger.error('Failed', { error })));
  expect(entry).toMatchObject({ message: 'Failed', error: 'broken', stack: expect.stringContaining('logger.spec') });
});

it("takes what Nest's loggers give: context, stack, errors and objects", () => {
  const text = logged({ LOG_FORMAT: 'json' }, (nest) => {
    nest.log('Hello', 'Carts');
    nest.error('Bad', 'at line 1', 'Carts');
    nest.error(new Error('worse'), 'Carts');
    nest.warn({ message: 'GET /x', status: 503 }, 'HTTP');
  });
  expect(text.trim().split('\n').map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', message: 'Hello', context: 'Carts' },
    { level: 'error', message: 'Bad', stack: 'at line 1', context: 'Carts' },
    { level: 'error', message: 'worse', stack: expect.stringContaining('Error: worse'), context: 'Carts' },
    { level: 'warn', message: 'GET /x', status: 503, context: 'HTTP' },
  ]);
});

it('keeps what Nest tells while it starts for debugging', () => {
  const start = (nest: NestLogger) => nest.log('Mapped {/carts, POST} route', 'RouterExplorer');
  expect(logged({}, start)).toBe('');
  expect(logged({ LOG_LEVEL: 'debug' }, start)).toContain('DEBUG carts [RouterExplorer] Mapped');
});
