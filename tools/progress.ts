/** Progress goes to stderr, so that a tool's result on stdout stays clean. */
const out = process.stderr;
const SPINNER = '|/-\\';

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs one step and shows how long it takes: live on a terminal, otherwise a line when it is done and a sign of life
 * every 15 s. A step under 300 ms says nothing.
 */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const elapsed = () => Date.now() - started;
  const terminal = out.isTTY === true;
  let frame = 0;
  const timer = setInterval(
    () => out.write(terminal ? `\r\x1b[K${SPINNER[frame++ % 4]} ${label} ${seconds(elapsed())}` : `  ${label} ... ${seconds(elapsed())}\n`),
    terminal ? 200 : 15_000,
  );
  timer.unref();
  const finish = (mark: string) => {
    clearInterval(timer);
    if (terminal) out.write('\r\x1b[K');
    if (elapsed() >= 300 || mark === '✗') out.write(`${mark} ${label} ${seconds(elapsed())}\n`);
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

export const say = (line: string) => void out.write(`${line}\n`);
