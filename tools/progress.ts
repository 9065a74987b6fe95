/** Progress goes to stderr, so that a tool's result on stdout stays clean. */
const out = process.stderr;
const SPINNER = '|/-\\';
const isTerminal = out.isTTY === true;

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

interface Active {
  readonly label: string;
  readonly started: number;
}

/** Steps may run side by side: they share the terminal's one line. */
const active = new Set<Active>();
let timer: NodeJS.Timeout | undefined;
let frame = 0;

const text = ({ label, started }: Active) => `${label} ${seconds(Date.now() - started)}`;
const clear = () => isTerminal && active.size > 0 && out.write('\r\x1b[K');

function show(): void {
  if (isTerminal) {
    const line = `${SPINNER[frame++ % 4]} ${[...active].map(text).join(', ')}`;
    out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`);
  } else {
    for (const each of active) if (Date.now() - each.started >= 5_000) out.write(`  ${text(each)} ...\n`);
  }
}

/**
 * Runs one step and shows how long it takes: live on a terminal, otherwise a line when it is done and a sign of life
 * every 15 s. A step under 300 ms says nothing.
 */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  const mine: Active = { label, started: Date.now() };
  active.add(mine);
  timer ??= setInterval(show, isTerminal ? 200 : 15_000).unref();
  const finish = (mark: string) => {
    clear();
    active.delete(mine);
    if (active.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    if (Date.now() - mine.started >= 300 || mark === '✗') out.write(`${mark} ${text(mine)}\n`);
  };
  try {
    const result = await work();
    finish('✓');
    return result;
  } catch (error) {
    finish('✗');
    throw error;
  }
}

/** A line for people, beside the result. */
export function say(line: string): void {
  clear();
  out.write(`${line}\n`);
}
