import { z } from 'zod';
import { ConfigInvalid, ConnectionConfig, HttpConfig, readConfig } from './config';

const GOOD = { AMQP_URL: 'amqp://carts:pw@127.0.0.1:5672/comptoir', DATABASE_URL: 'postgresql://carts:pw@127.0.0.1/carts' };
const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

it('fills in what has a default, and turns text into numbers', () => {
  expect(readConfig(ConnectionConfig, { ...GOOD, DATABASE_POOL_SIZE: '12' })).toEqual({ ...GOOD, DATABASE_POOL_SIZE: 12 });
  expect(readConfig(HttpConfig, { PORT: '4302' })).toMatchObject({ HOST: '127.0.0.1', PORT: 4302 });
});

it('names every variable that is wrong or missing, not only the first', () => {
  const message = messageOf(() => readConfig(ConnectionConfig, { AMQP_URL: 'http://x', DATABASE_POOL_SIZE: 'many' }));
  expect(message).toMatch(/^The configuration is not valid:\n/);
  expect(message).toContain('  AMQP_URL: must be a URL like amqp://');
  expect(message).toContain('  DATABASE_URL: is not set');
  expect(message).toContain('  DATABASE_POOL_SIZE: ');
});

it('takes a variable set to nothing as not set', () => {
  expect(messageOf(() => readConfig(HttpConfig, { PORT: '' }))).toContain('PORT: is not set');
});

it('does not repeat values: they may be secrets', () => {
  const secret = 'amqp-wrong://user:s3cret@host';
  expect(messageOf(() => readConfig(ConnectionConfig, { ...GOOD, AMQP_URL: secret }))).not.toContain('s3cret');
});

it("reads a service's own variables", () => {
  expect(readConfig(z.object({ RATE: z.coerce.number().max(1) }), { RATE: '0.05', OTHER: 'x' })).toEqual({ RATE: 0.05 });
});
