import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface Usage {
  readonly parent: number;
  /** In clock ticks: its own, and that of children it has seen end. */
  readonly ticks: number;
}

/** Reads `/proc/<pid>/stat`. The name before the last parenthesis may hold spaces. */
export function usageIn(stat: string): Usage {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  const at = (position: number) => fields[position - 3] ?? 0; // Positions as in proc(5), which counts from 1.
  return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) };
}

/** The roots and all that descends from them. */
export function treeOf(roots: readonly number[], parents: ReadonlyMap<number, number>): number[] {
  const inTree = (pid: number): boolean => {
    for (let each: number | undefined = pid; each !== undefined && each > 1; each = parents.get(each)) if (roots.includes(each)) return true;
    return false;
  };
  return [...new Set([...roots, ...parents.keys()])].filter(inTree);
}

/** Linux counts CPU in hundredths of a second nearly everywhere; it can be asked. */
const ticksPerSecond = (): number => {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100;
  } catch {
    return 100;
  }
};

let ticksPerMs: number | undefined;

/**
 * Milliseconds of CPU that whole process trees have used so far, by name. Children that end in between are counted: their
 * parents inherit their time. `undefined` where it cannot be read: another machine's server, another system than Linux.
 */
export function cpuOf<K extends string>(groups: Readonly<Record<K, readonly number[]>>): Readonly<Record<K, number | undefined>> {
  ticksPerMs ??= ticksPerSecond() / 1_000;
  const usages = new Map<number, Usage>();
  for (const pid of pids()) {
    try {
      usages.set(pid, usageIn(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    } catch {
      // It ended while we were reading.
    }
  }
  const parents = new Map([...usages].map(([pid, { parent }]) => [pid, parent]));
  const sum = (roots: readonly number[]) => {
    if (roots.length === 0 || !roots.every((pid) => usages.has(pid))) return undefined;
    return treeOf(roots, parents).reduce((ticks, pid) => ticks + (usages.get(pid)?.ticks ?? 0), 0) / (ticksPerMs ?? 0.1);
  };
  const entries = Object.entries<readonly number[]>(groups).map(([name, roots]) => [name, sum(roots)]);
  return Object.fromEntries(entries) as Record<K, number | undefined>;
}

function pids(): number[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number);
  } catch {
    return [];
  }
}
