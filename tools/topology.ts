import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandsWithoutQueue, definitionsOf, topologyOf, type ServiceDefinition } from '@comptoir/messaging';
import { runTool, ToolError } from './fail';
import { keepUpToDate } from './generated-file';
import { ROOT } from './root';

export { importDefinitions } from '@comptoir/messaging';

/** Written by `npm run topology`, loaded by docker-compose, compared by a test. */
export const DEFINITIONS_FILE = join(ROOT, 'rabbitmq', 'definitions.json');

export interface Found {
  readonly services: readonly ServiceDefinition[];
  /** Folders of `apps/` that define no service. */
  readonly without: readonly string[];
}

/** The services' own declarations: `apps/<name>/src/<name>.module.ts` exports `<name> = service({ ... })`. */
export async function declaredServices(apps: string = join(ROOT, 'apps')): Promise<Found> {
  const services: ServiceDefinition[] = [];
  const without: string[] = [];
  for (const name of readdirSync(apps).sort()) {
    const file = join(apps, name, 'src', `${name}.module.ts`);
    if (!existsSync(file)) {
      without.push(name);
      continue;
    }
    const exported = ((await import(file)) as Record<string, unknown>)[camelCase(name)];
    if (!isService(exported))
      throw new ToolError('no-service', `${relative(ROOT, file)} must export \`${camelCase(name)} = service({ ... })\``);
    services.push(exported);
  }
  return { services, without };
}

/** The text `rabbitmq/definitions.json` must have. */
export function definitionsText(services: readonly ServiceDefinition[]): string {
  const topology = topologyOf(services);
  const lost = commandsWithoutQueue(topology);
  if (lost.length > 0)
    throw new ToolError('no-handler', `Commands that no service handles: ${lost.join(', ')}. Each would be returned for ever.`);
  return `${JSON.stringify(definitionsOf(topology), undefined, 2)}\n`;
}

async function main(args: readonly string[]): Promise<void> {
  const { services, without } = await declaredServices();
  const told = await keepUpToDate(DEFINITIONS_FILE, { command: 'npm run topology', args, make: async () => definitionsText(services) });
  console.log(`${told}: ${services.map(({ name }) => name).join(', ')}`);
  if (without.length > 0) console.log(`Without a service definition: ${without.map((name) => `apps/${name}`).join(', ')}`);
}

const camelCase = (name: string) => name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());

const isService = (value: unknown): value is ServiceDefinition =>
  typeof value === 'object' && value !== null && 'name' in value && 'handlers' in value && 'requests' in value;

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
