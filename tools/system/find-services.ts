import { build } from '../build';
import { ToolError } from '../fail';
import { provision } from '../provision';
import { step } from '../progress';
import { firstPort, SERVICES, startServices, type ServiceName } from '../services';
import type { Servers } from '../stack';
import { VHOST } from '../stack/reset';

export interface FoundServices {
  url(name: ServiceName): string;
  /** Stops what was started here; leaves alone what ran before. */
  stop(): Promise<void>;
}

/** Where a service is: COMPTOIR_<NAME>_URL, or where `npm start` has it. */
const urlOf = (name: ServiceName) =>
  (process.env[`COMPTOIR_${name.toUpperCase().replaceAll('-', '_')}_URL`] ?? `http://127.0.0.1:${firstPort(process.env) + SERVICES.indexOf(name)}`).replace(/\/$/, '');

/** Uses the services that run; where none does, starts all of them. */
export async function findServices(servers: Servers): Promise<FoundServices> {
  const answers = await Promise.all(SERVICES.map(async (name) => ({ name, ready: await isReady(name) })));
  const silent = answers.filter(({ ready }) => !ready).map(({ name }) => `${name} (${urlOf(name)})`);
  if (silent.length === 0) return { url: urlOf, stop: async () => undefined };
  if (silent.length < SERVICES.length)
    throw new ToolError('services-incomplete', `Some services run, but these are not ready: ${silent.join(', ')}. Start them, or stop the others.`);
  await build();
  await provision(servers);
  return step('Starting the services', () => startServices({ servers, vhost: VHOST, basePort: firstPort(process.env) }));
}

async function isReady(name: ServiceName): Promise<boolean> {
  try {
    const answer = await fetch(`${urlOf(name)}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    const { service } = (await answer.json()) as { service?: string };
    return answer.ok && service === name;
  } catch {
    return false;
  }
}
