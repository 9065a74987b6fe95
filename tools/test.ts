import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build';
import { bin, run, runOrFail } from './commands';
import { runTool, ToolError } from './fail';
import { generateClients } from './generate';
import { say, seconds, step } from './progress';
import { ensureStack, stopStack, type Servers } from './stack';
import { STACK_DIR } from './stack/places';
import { asEnvironment } from './stack/servers';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const SUMMARY = join(STACK_DIR, 'test-summary');

/** A check without tests in it counts as one. */
async function check(what: string, program: string, args: readonly string[]): Promise<Outcome> {
  try {
    await step(what, () => runOrFail(what, program, args));
    return { passed: 1, failed: 0 };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(error.message);
    return { passed: 0, failed: 1 };
  }
}

const lint = () => check('Linting', bin('nx'), ['run-many', '-t', 'lint', '--outputStyle=static']);

const typecheck = () => check('Checking the types', bin('tsc'), ['-p', 'tsconfig.json']);

const TITLES = { unit: 'Unit tests', int: 'Integration tests', e2e: 'End-to-end tests' };

async function jest(project: keyof typeof TITLES, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const file = join(STACK_DIR, `jest-${project}.json`);
  rmSync(file, { force: true });
  // End-to-end tests start whole systems: one file at a time, and what a failed one left open must not keep us waiting.
  const manner = project === 'e2e' ? ['--runInBand', '--forceExit'] : ['--maxWorkers=2'];
  say(`\n${TITLES[project]}`);
  const { code } = await run(bin('jest'), ['--selectProjects', project, ...manner, '--json', '--outputFile', file, ...args], { show: true, env });
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

interface Stage {
  readonly servers?: boolean;
  readonly built?: boolean;
  run(args: readonly string[]): Promise<Outcome>;
}

const STAGES: Readonly<Record<string, Stage>> = {
  lint: { run: lint },
  typecheck: { run: typecheck },
  unit: { run: (args) => jest('unit', args) },
  int: { servers: true, run: (args) => jest('int', args) },
  e2e: { servers: true, built: true, run: (args) => jest('e2e', args) },
  // All crashes, one by one and all at once: minutes. The end-to-end tests have a few of each kind.
  chaos: {
    servers: true,
    built: true,
    run: (args) => jest('e2e', ['--testPathPatterns', '\\.chaos\\.spec\\.ts$', ...args], { COMPTOIR_CHAOS: 'exhaustive' }),
  },
};

/** The checks keep a core each busy and go side by side; the tests use both themselves. */
const ALL: readonly (readonly string[])[] = [['lint', 'typecheck'], ['unit'], ['int'], ['e2e']];

/** Runs all stages, or the one named; goes on after a failure, so that one run shows everything. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name !== undefined && !(name in STAGES)) {
    throw new ToolError('usage', `Usage: test.ts [${Object.keys(STAGES).join('|')}] [jest's arguments]`);
  }
  const plan = (name ? [[name]] : ALL).map((side) => side.flatMap((each) => STAGES[each] ?? []));
  const started = Date.now();
  mkdirSync(STACK_DIR, { recursive: true });
  rmSync(SUMMARY, { force: true });
  const servers = await prepare(plan.flat());
  const outcomes: Outcome[] = [];
  try {
    for (const side of plan) outcomes.push(...(await Promise.all(side.map((stage) => stage.run(args)))));
  } finally {
    if (servers?.startedByUs) await stopStack();
  }
  const sum = (of: keyof Outcome) => outcomes.reduce((total, outcome) => total + outcome[of], 0);
  const summary = `${sum('passed')} passed, ${sum('failed')} failed`;
  writeFileSync(SUMMARY, `${summary}\n`);
  say(`\n${seconds(Date.now() - started)}`);
  console.log(summary);
  return sum('failed') === 0 ? 0 : 1;
}

/** What the stages need: generated clients always; servers, named by environment for those who need them; builds. */
async function prepare(stages: readonly Stage[]): Promise<Servers | undefined> {
  const needed = stages.some((stage) => stage.servers);
  const [up, built] = await Promise.allSettled([
    needed ? ensureStack() : undefined,
    stages.some((stage) => stage.built) ? build() : generateClients(),
  ]);
  if (up.status === 'rejected') throw up.reason;
  if (built.status === 'rejected') {
    if (up.value?.startedByUs) await stopStack();
    throw built.reason;
  }
  if (up.value) Object.assign(process.env, asEnvironment(up.value));
  return up.value;
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
