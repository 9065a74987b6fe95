const SEPARATOR = '\u001e';

/**
 * A column of a batch as one string, for `unpacked`: quoting each element of an array costs more than everything else a
 * batch does. Only for text without control characters: JSON (which escapes them), ids, numbers, names of the definition.
 */
export const packed = (values: readonly (string | number | undefined)[]): string => values.join(SEPARATOR);

/** The array in SQL. Empty strings are null; missing ones at the end are as well, once unnested beside others. */
export const unpacked = (parameter: number, type: string) =>
  `string_to_array($${parameter}::text, E'\\x1e', '')::${type}[]`;
