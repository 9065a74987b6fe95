import type { SagaDefinition } from './definition';
import type { SagaStore } from './store';

export interface UnregisteredVersion {
  readonly type: string;
  readonly definitionVersion: number;
  readonly count: number;
}

/**
 * Live instances that this process could not go on with. Not ready while there are any: an old definition stays registered
 * until its last instance has ended.
 */
export async function unregisteredVersions<Tx>(
  tx: Tx,
  store: SagaStore<Tx>,
  definitions: readonly SagaDefinition[],
): Promise<readonly UnregisteredVersion[]> {
  const live = await store.liveVersions(tx);
  return live.filter(
    ({ type, definitionVersion }) =>
      !definitions.some((each) => each.type === type && each.version === definitionVersion),
  );
}
