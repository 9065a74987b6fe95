/**
 * Runs before `npm start` and `npm test`, on a checkout that may have nothing yet: so it uses nothing but Node. Checks
 * Node's version and installs the dependencies when the lock file changed since they were installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const STAMP = join(ROOT, 'node_modules', '.comptoir-setup');
const OLDEST_NODE = [20, 19];

const fail = (message) => {
  console.error(`\n${message}\n`);
  process.exit(1);
};

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Comptoir needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.version} (${process.execPath}).`);
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Of the lock file and of what compiled packages depend on. */
const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex');

/** What npm itself recorded, for dependencies that were installed by hand: optional ones may be missing. */
function installedByHand() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(ROOT, 'package-lock.json')).packages).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const there = installed[path];
    if (!there) return entry.optional === true;
    return there.version === entry.version && there.integrity === entry.integrity && there.resolved === entry.resolved;
  });
}

function isInstalled() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted()) return true;
  if (!installedByHand()) return false;
  writeFileSync(STAMP, wanted());
  return true;
}

/** No package needs its install scripts, and some would download things. */
function npmCi() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, parameters] = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  return new Promise((done) => {
    const child = spawn(program, parameters, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: 1, output: error.message }));
    child.on('close', (code) => done({ code, output }));
  });
}

async function install() {
  const started = Date.now();
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const label = 'Installing dependencies (npm ci)';
  const terminal = process.stderr.isTTY;
  if (!terminal) console.error(`  ${label} ...`);
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r\x1b[K  ${label} ${elapsed()}` : `  ${label} ... ${elapsed()}\n`),
    terminal ? 500 : 15_000,
  );
  const { code, output } = await npmCi();
  clearInterval(timer);
  if (terminal) process.stderr.write('\r\x1b[K');
  if (code !== 0) fail(`npm ci failed:\n${output.trim()}`);
  writeFileSync(STAMP, wanted());
  console.error(`✓ ${label} ${elapsed()}`);
}

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two commands started at once must not both replace node_modules. */
async function withLock(work) {
  const lock = join(ROOT, '.stack', 'setup.lock');
  mkdirSync(join(ROOT, '.stack'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(lock) ? readFileSync(lock, 'utf8') : '';
    if (holder !== '' && !isRunning(Number(holder))) rmSync(lock, { force: true });
    await new Promise((resume) => setTimeout(resume, 100));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

checkNode();
if (!existsSync(join(ROOT, 'package-lock.json'))) fail(`There is no package-lock.json in ${ROOT}.`);
if (!isInstalled()) {
  await withLock(async () => {
    if (!isInstalled()) await install();
  });
}
