import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, runOrFail } from './commands';
import { runTool } from './fail';
import { generateClients } from './generate';
import { step } from './progress';
import { ROOT } from './root';
import { withLock } from './stack/lock';
import { STACK_DIR } from './stack/places';

const STAMP = join(STACK_DIR, 'build.hash');

/**
 * Compiles libraries and apps to dist/, and the messaging library once more with its fail-points to dist-failpoints/.
 * Nx skips what is cached; when no source changed at all, even asking Nx is skipped.
 */
export async function build(): Promise<void> {
  await generateClients();
  if (isFresh(hashOfSources())) return;
  await withLock(join(STACK_DIR, 'build.lock'), async () => {
    const hash = hashOfSources();
    if (isFresh(hash)) return;
    await step('Building', () =>
      runOrFail('The build', bin('nx'), ['run-many', '-t', 'build', 'build-failpoints', '--outputStyle=static']),
    );
    mkdirSync(STACK_DIR, { recursive: true });
    writeFileSync(STAMP, hash);
  });
}

const isFresh = (hash: string) =>
  existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash && outputs().every((dir) => existsSync(dir));

function projects(): string[] {
  return ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(ROOT, parent))
      .map((name) => join(ROOT, parent, name))
      .filter((dir) => existsSync(join(dir, 'src')) && readFileSync(join(dir, 'project.json'), 'utf8').includes('"build"')),
  );
}

const outputs = () => [...projects().map((dir) => join(dir, 'dist')), join(ROOT, 'libs/messaging/dist-failpoints')];

function hashOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  const files = [
    ...['package-lock.json', '.swcrc', 'nx.json'].map((name) => join(ROOT, name)),
    ...projects().flatMap((dir) => [...filesOf(join(dir, 'src')), ...filesAt(dir)]),
  ];
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** A project's own files: its package, its targets, its compiler's settings. */
const filesAt = (dir: string) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(dir, entry.name))
    .sort();

const filesOf = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

if (require.main === module) void runTool(build);
