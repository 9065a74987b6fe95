import { queueOf, type ServiceDefinition } from './service';
import type { Topology } from './topology';

/** A word of a routing key: no dots, so that `*` matches exactly one. */
const WORD = /^[a-z][a-z0-9-]*$/;
/** First words of names the library uses itself. */
const RESERVED = ['business', 'retry', 'amq'];

/** Throws a TypeError that names what could not work at run time. */
export function checkTopology(services: readonly ServiceDefinition[], topology: Topology): void {
  const twice = services.find(({ name }, index) => services.findIndex((other) => other.name === name) !== index);
  if (twice) throw new TypeError(`Two services are named ${twice.name}`);
  for (const service of services) checkService(service);
  for (const { events, name } of topology.services) {
    const stray = events.find((event) => !event.startsWith(`${name}.`));
    if (stray) throw new TypeError(`${name} emits ${stray}, an event of another service`);
  }
  checkOneQueuePerCommand(services);
}

function checkService({ name, handlers }: ServiceDefinition): void {
  if (!WORD.test(name) || RESERVED.includes(name))
    throw new TypeError(`Service name "${name}" must be one kebab-case word, and none of ${RESERVED.join(', ')}`);
  for (const handler of handlers) {
    const wrong = [handler.name, ...(handler.flows ?? [])].find((word) => !WORD.test(word));
    if (wrong !== undefined)
      throw new TypeError(`"${wrong}" of ${queueOf(name, handler)} must be one kebab-case word`);
    const stray = handler.messages.find((type) => type.kind === 'command' && type.owner !== name);
    if (stray) throw new TypeError(`${name} handles ${stray.name}, a command of ${stray.owner}`);
  }
}

function checkOneQueuePerCommand(services: readonly ServiceDefinition[]): void {
  const queues = new Map<string, string>();
  for (const service of services)
    for (const handler of service.handlers)
      for (const { kind, name } of handler.messages) {
        if (kind !== 'command') continue;
        const other = queues.get(name);
        if (other) throw new TypeError(`Command ${name} would be handled twice: in ${other} and ${queueOf(service.name, handler)}`);
        queues.set(name, queueOf(service.name, handler));
      }
}
