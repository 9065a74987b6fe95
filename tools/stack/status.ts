import { table } from '../table';
import { isListening, portsFrom } from './ports';
import { answers } from './postgres';
import { managementAnswers } from './rabbitmq';
import { givenBy, serversAt } from './servers';
import { readState, type StackState } from './state';

const endpoint = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });
const yesNo = (up: boolean) => (up ? 'up' : 'down');

/** Prints where the servers are, who runs them and whether they answer. */
export async function printStatus(): Promise<void> {
  const given = givenBy(process.env);
  const state = readState(portsFrom(process.env));
  const ranBy = (name: 'postgres' | 'rabbitmq', isGiven: boolean) => (isGiven ? 'somebody else (environment)' : runBy(state, name));
  if (!given.databaseUrl && runBy(state, 'postgres') === NOBODY && !given.broker && runBy(state, 'rabbitmq') === NOBODY) {
    console.log('The servers are not running. `npm run stack -- up` starts them.');
    return;
  }
  const servers = serversAt(state.ports, given, false);
  const amqp = endpoint(servers.amqpUrl);
  const postgresBy = ranBy('postgres', Boolean(given.databaseUrl));
  const rabbitBy = ranBy('rabbitmq', Boolean(given.broker));
  const [database, broker, management] = await Promise.all([
    answers(servers.databaseUrl),
    isListening(amqp.port || 5672, amqp.host),
    managementAnswers(servers.managementUrl),
  ]);
  console.log(
    table([
      ['server', 'state', 'run by', 'address'],
      ['PostgreSQL', yesNo(database), postgresBy, servers.databaseUrl],
      ['RabbitMQ', yesNo(broker), rabbitBy, servers.amqpUrl],
      ['  management UI', yesNo(management), rabbitBy, servers.managementUrl],
      ['  metrics', yesNo(management), rabbitBy, servers.prometheusUrl],
    ]),
  );
}

const NOBODY = 'nobody';

function runBy(state: StackState, name: 'postgres' | 'rabbitmq'): string {
  const record = state[name];
  if (record) return `this checkout (pid ${record.pid})`;
  return state.containers?.includes(name) ? 'Docker' : NOBODY;
}
