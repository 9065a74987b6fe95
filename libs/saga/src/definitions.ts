import type { CommandType, EventType } from '@comptoir/contracts';
import type { SagaDefinition } from './definition';
import { InvalidDefinition, UnregisteredDefinition } from './errors';

/**
 * All registered versions of one saga type. New instances start by the newest; each goes on by the version it started
 * with.
 */
export class Definitions {
  readonly type: string;
  readonly newest: SagaDefinition;
  /** What any version listens to, and sends. */
  readonly receives: readonly EventType[];
  readonly emits: readonly CommandType[];
  private readonly byVersion: ReadonlyMap<number, SagaDefinition>;

  constructor(registered: SagaDefinition | readonly SagaDefinition[]) {
    const versions = 'decide' in registered ? [registered] : registered;
    const [newest] = [...versions].sort((a, b) => b.version - a.version);
    if (!newest) throw new InvalidDefinition('A saga has at least one definition');
    this.newest = newest;
    this.type = newest.type;
    this.byVersion = new Map(versions.map((definition) => [definition.version, definition]));
    const foreign = versions.find(({ type }) => type !== newest.type);
    if (foreign) throw new InvalidDefinition(`${foreign.type} is not a version of ${newest.type}`);
    if (this.byVersion.size < versions.length)
      throw new InvalidDefinition(`Saga ${this.type} has two definitions of one version`);
    this.receives = [...new Set(versions.flatMap(({ receives }) => receives))];
    this.emits = [...new Set(versions.flatMap(({ emits }) => emits))];
  }

  has(version: number): boolean {
    return this.byVersion.has(version);
  }

  /** Throws `UnregisteredDefinition`. */
  of(version: number): SagaDefinition {
    const definition = this.byVersion.get(version);
    if (definition) return definition;
    throw new UnregisteredDefinition(`Version ${version} of saga ${this.type} is not registered`, {
      saga: this.type,
      version,
    });
  }
}
