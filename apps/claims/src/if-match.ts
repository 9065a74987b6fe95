import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { Problem } from '@comptoir/platform';

/** `"7"`; several by commas. A weak tag is well-formed, and never matches (RFC 9110, 13.1.1). */
const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;
/** No claim gets there; PostgreSQL's integers end there. */
const VERSION = /^[1-9]\d{0,8}$/;

/**
 * The versions a caller takes a claim to be at; `undefined` for `*`, whatever it is. Throws a 428 problem where there is no
 * such header, a 400 for what is none.
 */
export function expectedVersionsOf(header: string | undefined): readonly number[] | undefined {
  if (header === undefined)
    throw new Problem({
      status: 428,
      code: 'if-match-required',
      title: 'If-Match is required',
      detail: 'Say which version of the claim this is about: If-Match: "<version>", as the ETag of reading it says',
    });
  if (header.trim() === '*') return undefined;
  return header.split(',').flatMap((each) => {
    const tag = TAG.exec(each.trim());
    if (!tag)
      throw new Problem({
        status: 400,
        code: 'if-match-invalid',
        title: 'If-Match is not valid',
        detail: 'It must be like an ETag: "7", with the quotes',
      });
    const [, weak, value = ''] = tag;
    return !weak && VERSION.test(value) ? [Number(value)] : [];
  });
}

export const etagOf = (version: number) => `"${version}"`;

/** The request's `If-Match`, as versions. Documents the header and its refusals. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    expectedVersionsOf(context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>().headers['if-match']),
  [
    (target, key) => {
      const descriptor = Object.getOwnPropertyDescriptor(target, key ?? '');
      if (!descriptor || key === undefined) return;
      const decorate = [
        ApiHeader({
          name: 'If-Match',
          required: true,
          description: "The claim's version, as its ETag says",
          schema: { type: 'string', example: '"3"' },
        }),
        ApiResponse({ status: 412, description: 'The claim has changed since: `version` is where it is now' }),
        ApiResponse({ status: 428, description: 'If-Match is missing' }),
      ];
      for (const each of decorate) each(target, key, descriptor);
    },
  ],
);
