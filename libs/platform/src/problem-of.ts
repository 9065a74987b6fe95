import { HttpException } from '@nestjs/common';
import { EndpointUnavailable, IdempotencyKeyReused } from '@comptoir/messaging';
import { Problem, statusProblem } from './problem';

/** The one place where errors become what a caller sees. What is not known here is an internal error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof IdempotencyKeyReused)
    return new Problem({
      status: 422,
      code: 'idempotency-key-reused',
      title: 'The idempotency key was used for another request',
      detail: error.message,
    });
  if (error instanceof EndpointUnavailable) return unavailable(error.message);
  if (isUnavailable(error)) return unavailable('Try again later');
  if (error instanceof HttpException) return statusProblem(error.getStatus(), detailOf(error.getStatus(), error.message));
  const status = clientErrorStatus(error);
  if (status) return statusProblem(status, error instanceof Error ? error.message : undefined);
  return internalError();
}

export const internalError = () =>
  new Problem({
    status: 500,
    code: 'internal-error',
    title: 'Something went wrong on our side',
    detail: 'The error was logged. Repeating the request with the same Idempotency-Key is safe',
  });

const unavailable = (detail: string) =>
  new Problem({
    status: 503,
    code: 'unavailable',
    title: 'The service cannot take this request now',
    detail,
    headers: { 'retry-after': '1' },
  });

const detailOf = (status: number, message: string) => (status < 500 ? message : undefined);

/** Errors of Fastify and its parsers say by a status of their own that the request was at fault. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode } = error as Error & { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

/** SQLSTATE classes 08, 53 and 57 and lock time-outs, the socket's own codes, and Prisma's names for the same. */
const UNAVAILABLE = /^(08\w{3}|53\w{3}|57P0\d|57014|55P03|ECONN\w+|ETIMEDOUT|EPIPE|ENOTFOUND|P1001|P1002|P1008|P1017|P2024)$/;
const CONNECTION_MESSAGE = /^(timeout exceeded when trying to connect|Connection terminated|Cannot use a pool after)/;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  return (typeof code === 'string' && UNAVAILABLE.test(code)) || CONNECTION_MESSAGE.test(error.message);
}
