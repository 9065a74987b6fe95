import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Client } from 'pg';
import { ToolError } from '../fail';
import type { History } from './history';

/** Runs what is missing of the histories in the database, in order; returns how many migrations that were. */
export async function applyHistories(client: Client, connectionString: string, histories: readonly History[]): Promise<number> {
  const behind: History[] = [];
  for (const history of histories) {
    if (await isBehind(client, history)) behind.push(history);
  }
  if (behind.length === 0) return 0;
  const jobs = behind.map(({ owner, ...rest }) => ({ connectionString, schema: owner, ...rest }));
  const applied = JSON.parse(await runEngine(JSON.stringify(jobs))) as string[][];
  return applied.flat().length;
}

/** The engine takes a second to load: look first whether it has anything to do. */
async function isBehind(client: Client, { owner, migrations }: History): Promise<boolean> {
  const table = `${client.escapeIdentifier(owner)}._prisma_migrations`;
  const { rows: found } = await client.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [table]);
  if (!found[0]?.present) return migrations.length > 0;
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    `SELECT migration_name, checksum FROM ${table} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const changed = migrations.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (changed) {
    throw new ToolError(
      'migration-changed',
      `Migration ${owner}/${changed.name} was changed after it had been applied to database ${client.database}.\n` +
        'Put it back and add a new migration instead; on a development database `npm run stack -- reset` starts over.',
      { owner, migration: changed.name },
    );
  }
  return migrations.some(({ name }) => !applied.has(name));
}

function runEngine(input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', join(__dirname, 'engine.mjs')], { stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new ToolError('migration-failed', err.trim()))));
    child.stdin.end(input);
  });
}
