import { readState } from '../stack/state';
import { givenBy } from '../stack/servers';
import { portsFrom } from '../stack/ports';

/** The servers' processes. Those of somebody else are out of sight. */
export function serverProcesses(): { readonly postgres: readonly number[]; readonly broker: readonly number[] } {
  const given = givenBy(process.env);
  const { postgres, rabbitmq } = readState(portsFrom(process.env));
  const pid = (record: { pid: number } | undefined, isGiven: boolean) => (record && !isGiven ? [record.pid] : []);
  return { postgres: pid(postgres, Boolean(given.databaseUrl)), broker: pid(rabbitmq, Boolean(given.broker)) };
}
