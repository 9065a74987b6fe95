import { createZodValidationPipe } from 'nestjs-zod';
import type { z } from 'zod';
import { Problem } from './problem';

/** A bulk request can be wrong in thousands of places; the first ones tell enough. */
const LISTED = 100;

/** Checks bodies, queries and parameters typed by `createZodDto` classes; what they declare is what handlers get. */
export const ValidationPipe = createZodValidationPipe({
  createValidationException: (error) => validationProblem((error as z.ZodError).issues),
});

export function validationProblem(issues: readonly { path: readonly PropertyKey[]; message: string }[]): Problem {
  return new Problem({
    status: 400,
    code: 'validation-failed',
    title: 'The request is not valid',
    detail: issues.length === 1 ? describe(issues[0]!) : `${issues.length} things are wrong; see errors`,
    data: {
      errors: issues.slice(0, LISTED).map(({ path, message }) => ({ path: pathOf(path), message })),
      ...(issues.length > LISTED ? { errorsNotListed: issues.length - LISTED } : {}),
    },
  });
}

const describe = ({ path, message }: { path: readonly PropertyKey[]; message: string }) =>
  path.length ? `${pathOf(path)}: ${message}` : message;

/** `['items', 0, 'sku']` reads `items[0].sku`. */
export const pathOf = (path: readonly PropertyKey[]) =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );
