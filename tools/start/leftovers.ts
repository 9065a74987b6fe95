import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from '../progress';
import type { Services } from '../services';
import { STACK_DIR } from '../stack/places';
import { isAlive, stampOf, stop, type ProcessRecord } from '../stack/processes';

interface Record {
  readonly owner: ProcessRecord;
  readonly services: readonly ProcessRecord[];
}

const FILE = join(STACK_DIR, 'services.json');
const recordOf = (pid: number): ProcessRecord => ({ pid, stamp: stampOf(pid) ?? '' });

/** Notes whose the service processes are: should this process be killed, the next start finds and stops them. */
export function remember(services: Services): void {
  const record: Record = {
    owner: recordOf(process.pid),
    services: services.all.flatMap(({ pid }) => (pid === undefined ? [] : [recordOf(pid)])),
  };
  writeFileSync(FILE, JSON.stringify(record));
}

export const forget = () => rmSync(FILE, { force: true });

/** Stops services that an earlier start left behind when it was killed. One that is still going keeps its own. */
export async function stopLeftovers(): Promise<void> {
  const record = read();
  if (!record || isAlive(record.owner)) return;
  const left = record.services.filter(isAlive);
  if (left.length > 0) {
    await step(`Stopping ${left.length} services that an earlier start left running`, () =>
      Promise.all(left.map((service) => stop(service, 'SIGTERM', 35_000))),
    );
  }
  forget();
}

function read(): Record | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record;
  } catch {
    return undefined;
  }
}
