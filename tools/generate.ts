import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { runTool, ToolError } from './fail';
import { step } from './progress';
import { ROOT } from './root';
import { withLock } from './stack/lock';
import { STACK_DIR } from './stack/places';

interface Client {
  readonly schema: string;
  readonly output: string;
  readonly hash: string;
}

const PRISMA = join(ROOT, 'node_modules/prisma');

/** Generates the Prisma clients whose schema, or Prisma itself, changed since the last time. */
export async function generateClients(): Promise<number> {
  if (outdated().length === 0) return 0;
  return withLock(join(STACK_DIR, 'generate.lock'), async () => {
    const clients = outdated();
    if (clients.length === 0) return 0;
    await step(`Generating ${clients.length} Prisma clients`, async () => {
      const queue = [...clients];
      const worker = async () => {
        for (let client = queue.shift(); client; client = queue.shift()) await generate(client);
      };
      await Promise.all([worker(), worker()]);
    });
    return clients.length;
  });
}

/** The stamp lies in the output: whoever deletes that gets it generated again. */
const stampOf = (client: Client) => join(client.output, '.hash');

function outdated(): Client[] {
  return allClients().filter((client) => !existsSync(stampOf(client)) || readFileSync(stampOf(client), 'utf8') !== client.hash);
}

function allClients(): Client[] {
  const { version } = JSON.parse(readFileSync(join(PRISMA, 'package.json'), 'utf8')) as { version: string };
  return readdirSync(join(ROOT, 'prisma'))
    .map((owner) => join(ROOT, 'prisma', owner, 'schema.prisma'))
    .filter((schema) => existsSync(schema))
    .flatMap((schema) => {
      const text = readFileSync(schema, 'utf8');
      const output = /^generator\s+\w+\s*\{[^}]*?\boutput\s*=\s*"([^"]+)"/m.exec(text)?.[1];
      const hash = createHash('sha256').update(version).update(text).digest('hex');
      return output ? [{ schema, output: resolve(dirname(schema), output), hash }] : [];
    });
}

async function generate(client: Client): Promise<void> {
  const schema = relative(ROOT, client.schema);
  try {
    await promisify(execFile)(process.execPath, [join(PRISMA, 'build/index.js'), 'generate', '--schema', schema, '--no-hints'], {
      cwd: ROOT,
      // Generating does not use the schema engine, but would download it unless a file is named.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' },
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new ToolError('generate-failed', `prisma generate failed for ${schema}:\n${stdout}${stderr}`.trimEnd());
  }
  writeFileSync(stampOf(client), client.hash);
}

if (require.main === module) {
  void runTool(async () => {
    const count = await generateClients();
    console.log(count === 0 ? 'All Prisma clients are up to date.' : `Generated ${count} Prisma clients.`);
  });
}
