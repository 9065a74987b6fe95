import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STACK_DIR } from './places';
import type { Ports } from './ports';
import { isAlive, type ServerRecord } from './processes';

/** What we started and have not stopped. */
export interface StackState {
  readonly ports: Ports;
  readonly postgres?: ServerRecord | undefined;
  readonly rabbitmq?: ServerRecord | undefined;
  readonly epmd?: ServerRecord | undefined;
  /** The containers' names when Docker runs the servers. */
  readonly containers?: readonly string[] | undefined;
}

const file = () => join(STACK_DIR, 'servers.json');
export const LOCK_FILE = join(STACK_DIR, 'lock');

/** The recorded state without processes that are gone. */
export function readState(defaultPorts: Ports): StackState {
  const state = parse();
  if (!state) return { ports: defaultPorts };
  const alive = (record: ServerRecord | undefined) => (isAlive(record) ? record : undefined);
  const [postgres, rabbitmq, epmd] = [alive(state.postgres), alive(state.rabbitmq), alive(state.epmd)];
  const running = postgres || rabbitmq || epmd || state.containers;
  return { ports: running ? state.ports : defaultPorts, postgres, rabbitmq, epmd, containers: state.containers };
}

function parse(): StackState | undefined {
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

/** Written aside and renamed: readers see the old state or the new one. */
export function writeState(state: StackState): StackState {
  mkdirSync(STACK_DIR, { recursive: true });
  const draft = `${file()}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(state, undefined, 2));
  renameSync(draft, file());
  return state;
}
