import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'comptoir-setup-'));
  lock('1.0.0');
});
afterEach(() => rmSync(root, { recursive: true }));

const packages = (version: string) => ({ packages: { 'node_modules/left': { version, integrity: 'sha512-x', resolved: 'left.tgz' } } });

function lock(version: string): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, ...packages(version) }));
}

/** Stands in for npm: notes how it was called and does what `ci` does as far as set-up can see. */
function npm(exitCode = 0): string {
  const file = join(root, 'npm.js');
  writeFileSync(
    file,
    `const fs = require('node:fs');
     fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
     if (${exitCode}) console.error('registry away');
     else { fs.rmSync('node_modules', { recursive: true, force: true }); fs.mkdirSync('node_modules'); }
     process.exit(${exitCode});`,
  );
  return file;
}

function setUp(npmFile = npm()): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const script = join(__dirname, 'setup.mjs');
    execFile(process.execPath, [script, root], { env: { ...process.env, npm_execpath: npmFile } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

function calls(): string[] {
  try {
    return readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

test('installs what the lock file says, without install scripts', async () => {
  expect((await setUp()).code).toBe(0);
  expect(calls()).toEqual([expect.stringMatching(/^ci .*--ignore-scripts/)]);
});

test('installs nothing a second time', async () => {
  await setUp();
  await setUp();
  expect(calls()).toHaveLength(1);
});

test('installs again when the lock file changed', async () => {
  await setUp();
  lock('1.0.1');
  await setUp();
  expect(calls()).toHaveLength(2);
});

test('leaves alone what was installed by hand from the same lock file', async () => {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(packages('1.0.0')));
  await setUp();
  expect(calls()).toEqual([]);
});

test('leaves alone what was brought up to date by hand after a set-up', async () => {
  await setUp();
  lock('1.0.1');
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(packages('1.0.1')));
  await setUp();
  expect(calls()).toHaveLength(1);
});

test('installs when what was installed by hand is something else', async () => {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(packages('0.9.0')));
  await setUp();
  expect(calls()).toHaveLength(1);
});

test("a failed installation shows npm's output and is tried again the next time", async () => {
  const failed = await setUp(npm(1));
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('registry away');
  expect((await setUp(npm(0))).code).toBe(0);
  expect(calls()).toHaveLength(2);
});

test('two at once install once', async () => {
  const file = npm();
  const results = await Promise.all([setUp(file), setUp(file)]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(calls()).toHaveLength(1);
});
