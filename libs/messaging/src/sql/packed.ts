/** The ASCII record separator. JSON escapes it; ids, numbers and names have no control characters. */
const SEPARATOR = '\u001e';

/**
 * A column of a batch as one string, for `unpacked`. As an array parameter each element would be quoted, escaped and parsed
 * again, which costs more CPU than everything else a batch does. `undefined` becomes NULL. Throws for text that holds the
 * separator: it would shift the column.
 */
export function packed(values: readonly (string | number | boolean | undefined)[]): string {
  const column = values.join(SEPARATOR);
  let separators = 0;
  for (let at = column.indexOf(SEPARATOR); at >= 0; at = column.indexOf(SEPARATOR, at + 1)) separators += 1;
  if (separators !== Math.max(0, values.length - 1))
    throw new TypeError('Text with the control character U+001E cannot be stored');
  return column;
}

/** The array in SQL. An empty string is NULL; so is what is missing at the end, once unnested beside a longer column. */
export const unpacked = (parameter: number, type: string) => `string_to_array($${parameter}::text, E'\\x1e', '')::${type}[]`;
