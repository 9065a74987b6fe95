import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../root';
import { ToolError } from '../fail';
import type { Account } from './processes';

/** What the tools keep: logs, the record of started servers, stamps. */
export const STACK_DIR = process.env['COMPTOIR_STACK_DIR'] ?? join(ROOT, '.stack');
export const LOG_DIR = join(STACK_DIR, 'logs');

export const isRoot = () => process.getuid?.() === 0;

/** The account a server runs as: its own when we are root (PostgreSQL refuses to run as root), else ours. */
export function accountOf(user: string): Account | undefined {
  if (!isRoot()) return undefined;
  const id = (flag: string) => spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim();
  const [uid, gid] = [id('-u'), id('-g')];
  if (uid === '' || gid === '') {
    throw new ToolError('no-account', `There is no user "${user}" to run the server as; as root, one is needed.`, { user });
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * A directory that belongs to the account and that it can get to. Normally under `.stack`; a checkout below a
 * directory that is closed to others (root's home) has its servers' data under /var/lib, named after the checkout.
 */
export function serverDir(name: string, account: Account | undefined): string {
  for (const base of bases()) {
    const dir = join(base, name);
    try {
      if (!existsSync(dir)) mkdirSync(dir, { recursive: true });
      if (!account) return dir;
      chownSync(dir, account.uid, account.gid);
      chmodSync(dir, 0o750);
    } catch (error) {
      if (base === STACK_DIR && !account) throw error;
      continue;
    }
    if (canReach(dir, account)) return dir;
  }
  throw new ToolError('no-place', `No directory for ${name} that its user can reach; tried ${bases().join(', ')}.`);
}

function bases(): string[] {
  const name = `comptoir-${createHash('sha256').update(STACK_DIR).digest('hex').slice(0, 10)}`;
  return [STACK_DIR, join('/var/lib', name), join('/tmp', name)];
}

const canReach = (dir: string, account: Account) =>
  spawnSync('/bin/sh', ['-c', 'cd "$0" && test -w .', dir], { ...account, cwd: '/' }).status === 0;
