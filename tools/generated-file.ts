import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ToolError } from './fail';
import { ROOT } from './root';

/**
 * Writes a file that is kept in the repository but made from the services' declarations; with `--check` refuses where it is
 * out of date. Returns what to tell: its path and what became of it. Throws a `ToolError` for any other argument.
 */
export async function keepUpToDate(
  path: string,
  { command, args, make }: { readonly command: string; readonly args: readonly string[]; readonly make: () => Promise<string> },
): Promise<string> {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown) throw new ToolError('usage', `Unknown argument ${unknown}. Usage: ${command} [-- --check]`);
  const text = await make();
  const file = relative(ROOT, path);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return `${file} is up to date`;
  if (args.includes('--check'))
    throw new ToolError('stale', `${file} is not what the services declare. Run \`${command}\` and commit it.`);
  writeFileSync(path, text);
  return `${file} written`;
}
