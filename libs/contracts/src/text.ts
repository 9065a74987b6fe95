import { z } from 'zod';

/**
 * One line of text a person can read, in any script; blanks around it are dropped. Without control characters (a
 * database takes no NUL) and lone surrogates (they are no Unicode text and would arrive as something else).
 */
export const printable = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters');
