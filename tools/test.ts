import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build';
import { bin, run } from './commands';
import { runTool, ToolError } from './fail';
import { generateClients } from './generate';
import { say, seconds, step } from './progress';
import { ensureStack, stopStack } from './stack';
import { STACK_DIR } from './stack/places';
import { asEnvironment } from './stack/servers';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const SUMMARY = join(STACK_DIR, 'test-summary');

/** A check without tests in it counts as one. */
async function check(what: string, program: string, args: readonly string[]): Promise<Outcome> {
  const { code, text } = await step(what, () => run(program, args));
  if (code === 0) return { passed: 1, failed: 0 };
  say(`${text.trimEnd()}\n✗ ${what} failed`);
  return { passed: 0, failed: 1 };
}

const lint = () => check('Linting', bin('nx'), ['run-many', '-t', 'lint', '--outputStyle=static']);

const typecheck = () => check('Checking the types', bin('tsc'), ['-p', 'tsconfig.json']);

/** End-to-end tests start whole systems: one file at a time. */
async function jest(project: 'unit' | 'int' | 'e2e', args: readonly string[]): Promise<Outcome> {
  const file = join(STACK_DIR, `jest-${project}.json`);
  rmSync(file, { force: true });
  const workers = project === 'e2e' ? '--runInBand' : '--maxWorkers=2';
  say(`\n${{ unit: 'Unit', int: 'Integration', e2e: 'End-to-end' }[project]} tests`);
  const { code } = await run(bin('jest'), ['--selectProjects', project, workers, '--json', '--outputFile', file, ...args], { show: true });
  return outcomeOf(file, code);
}

/** A suite that did not even load counts as a failed test. */
function outcomeOf(file: string, code: number): Outcome {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    const { numPassedTests = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = results;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const STAGES = {
  lint: { servers: false, built: false, run: lint },
  typecheck: { servers: false, built: false, run: typecheck },
  unit: { servers: false, built: false, run: (args: readonly string[]) => jest('unit', args) },
  int: { servers: true, built: false, run: (args: readonly string[]) => jest('int', args) },
  e2e: { servers: true, built: true, run: (args: readonly string[]) => jest('e2e', args) },
};
type Stage = keyof typeof STAGES;
const isStage = (name: string | undefined): name is Stage => name !== undefined && name in STAGES;

/** Runs all stages, or the one named; goes on after a failure, so that one run shows everything. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name !== undefined && !isStage(name)) throw new ToolError('usage', `Usage: test.ts [${Object.keys(STAGES).join('|')}] [jest's arguments]`);
  const stages = name ? [STAGES[name]] : Object.values(STAGES);
  const started = Date.now();
  mkdirSync(STACK_DIR, { recursive: true });
  rmSync(SUMMARY, { force: true });
  await generateClients();
  const servers = stages.some((stage) => stage.servers) ? await ensureStack() : undefined;
  const total = { passed: 0, failed: 0 };
  try {
    if (servers) Object.assign(process.env, asEnvironment(servers));
    if (stages.some((stage) => stage.built)) await build();
    for (const stage of stages) {
      const { passed, failed } = await stage.run(args);
      total.passed += passed;
      total.failed += failed;
    }
  } finally {
    if (servers?.startedByUs) await stopStack();
  }
  const summary = `${total.passed} passed, ${total.failed} failed`;
  writeFileSync(SUMMARY, `${summary}\n`);
  say(`\n${seconds(Date.now() - started)}`);
  console.log(summary);
  return total.failed === 0 ? 0 : 1;
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
