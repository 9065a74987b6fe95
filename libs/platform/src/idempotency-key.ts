import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { Problem } from './problem';

const HEADER = 'idempotency-key';
/** Printable ASCII, without blanks at its ends. */
const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** Reads the header's value; `undefined` when there is none. */
export function idempotencyKeyOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const value = headers[HEADER];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !KEY.test(value))
    throw new Problem({
      status: 400,
      code: 'idempotency-key-invalid',
      title: 'The idempotency key is not valid',
      detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters',
    });
  return value;
}

/**
 * The request's `Idempotency-Key`, for `endpoint.request(handler, input, { idempotencyKey })`. Documents the header
 * and its refusals in the OpenAPI page.
 */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    idempotencyKeyOf(context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>().headers),
  [
    (target, key) => {
      const descriptor = Object.getOwnPropertyDescriptor(target, key ?? '');
      if (!descriptor || key === undefined) return;
      const decorate = [
        ApiHeader({
          name: 'Idempotency-Key',
          required: false,
          description: 'Makes repeating the request safe: the first reply is given again. 1 to 255 printable characters.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        }),
        ApiResponse({ status: 422, description: 'The same Idempotency-Key came with another request' }),
        ApiResponse({ status: 503, description: 'Cannot be taken now; try again after Retry-After seconds' }),
      ];
      for (const each of decorate) each(target, key, descriptor);
    },
  ],
);
