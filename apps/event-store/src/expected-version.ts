import { validationProblem } from '@comptoir/platform';
import type { AppendRequest } from './append-events';

type Expected = AppendRequest['expected'];

/** Where a stream must be, and which status says that it is not: 412 for a precondition of HTTP, 409 for the body's. */
export interface Precondition {
  readonly expected: Expected;
  readonly status: 409 | 412;
}

/** PostgreSQL's integers end there. */
const LAST_VERSION = 2 ** 31 - 1;

/** From the request's body, or from `If-Match: "5"` or `If-None-Match: *`; not from several. */
export function preconditionOf(body: Expected | undefined, headers: { ifMatch: string | undefined; ifNoneMatch: string | undefined }): Precondition {
  const { ifMatch, ifNoneMatch } = headers;
  if ([body, ifMatch, ifNoneMatch].filter((each) => each !== undefined).length > 1)
    throw validationProblem([{ path: ['expectedVersion'], message: 'is given twice: in the body or a header, not both' }]);
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw validationProblem([{ path: ['if-none-match'], message: 'must be *' }]);
    return { expected: 'no-stream', status: 412 };
  }
  if (ifMatch === undefined) return { expected: body ?? 'any', status: 409 };
  const version = /^"(\d{1,10})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined || Number(version) > LAST_VERSION) throw validationProblem([{ path: ['if-match'], message: 'must be a version in quotes: "5"' }]);
  return { expected: Number(version), status: 412 };
}
