import { ToolError } from './fail';

/** An option's number, above zero; `undefined` where it was not given. Throws a `ToolError` that ends with the usage. */
export function positive(
  name: string,
  text: string | undefined,
  { usage, whole }: { readonly usage: string; readonly whole: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity) || (whole && !Number.isSafeInteger(value)))
    throw new ToolError('usage', `--${name} must be a positive ${whole ? 'whole ' : ''}number, not "${text}"\n\n${usage}`);
  return value;
}
