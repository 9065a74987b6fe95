import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { ToolError } from '../fail';
import { step } from '../progress';
import { isRoot } from './places';

const run = promisify(execFile);
const POLICY = '/usr/sbin/policy-rc.d';
/** Units the packages bring along. We run nodes of our own, so theirs must not come up with the next boot either. */
const UNITS = ['postgresql.service', 'rabbitmq-server.service', 'epmd.service', 'epmd.socket'];

export function canUseApt(): boolean {
  return isRoot() && existsSync('/usr/bin/apt-get') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(osRelease());
}

const osRelease = () => (existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');

/** Installs the packages without letting their own services start. */
export async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const unitsBefore = systemdUnits();
  const ourPolicy = !existsSync(POLICY);
  if (ourPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await step('Updating the package lists (apt-get update)', () => apt(['update', '-q'], env));
    await step(`Installing ${packages.join(' and ')} (apt-get install)`, () =>
      apt(['install', '-y', '-q', '--no-install-recommends', ...packages], env),
    );
  } finally {
    if (ourPolicy) rmSync(POLICY, { force: true });
  }
  const added = systemdUnits().filter((unit) => !unitsBefore.includes(unit));
  if (added.length > 0) execFileSync('systemctl', ['disable', '--quiet', ...added], { stdio: 'ignore' });
}

async function apt(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { env, maxBuffer: 64 << 20 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const end = `${stdout}\n${stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new ToolError('apt-failed', `apt-get ${args.join(' ')} failed:\n${end}`);
  }
}

function systemdUnits(): string[] {
  if (!existsSync('/run/systemd/system')) return [];
  return UNITS.filter((unit) => existsSync(`/lib/systemd/system/${unit}`));
}
