import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stampOf } from './processes';

/** Runs `work` while no other process does so under the same lock file. A lock whose holder is gone is taken over. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${process.pid} ${stampOf(process.pid)}`;
  while (!create(file, mine)) {
    removeIfStale(file);
    await delay(50);
  }
  try {
    return await work();
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
}

/** Appears with its content in one step: a reader never sees an empty lock. */
function create(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function removeIfStale(file: string): void {
  const holder = read(file);
  if (holder === undefined || holds(holder)) return;
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    // Somebody may have taken over between our look and our rename: then what we moved is theirs, and goes back.
    if (read(aside) !== holder) linkSync(aside, file);
  } catch {
    // another one was faster
  } finally {
    rmSync(aside, { force: true });
  }
}

const holds = (holder: string) => {
  const [pid, stamp] = holder.split(' ');
  return stampOf(Number(pid)) === stamp;
};

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
