import type { InMemoryTransaction } from '@comptoir/messaging/testing';
import type { Generation, ParkedEvent, ProjectionStore } from '../projection';

const keyOf = (...parts: readonly (string | number)[]) => JSON.stringify(parts);
const generationsOf = (tx: InMemoryTransaction) => tx.table<Generation>('projection.generation');
const parkedOf = (tx: InMemoryTransaction) => tx.table<ParkedEvent>('projection.parked');
const rowsOf = (tx: InMemoryTransaction, name: string) =>
  generationsOf(tx).entries().flatMap(([, row]) => (row.name === name ? [row] : []));

/** Projections' checkpoints in memory. Transactions come one after the other, so nobody has one taken. */
export const inMemoryProjectionStore: ProjectionStore<InMemoryTransaction> = {
  async begin(tx, name, version, rebuild = false) {
    const last = rowsOf(tx, name).at(-1);
    if (last && last.version >= version && !(rebuild && last.live && last.version === version)) return;
    const generation = (last?.generation ?? 0) + 1;
    generationsOf(tx).set(keyOf(name, generation), { name, generation, version, position: 0, live: !last });
  },

  generations: async (tx, name) => rowsOf(tx, name),
  take: async (tx, name, generation) => generationsOf(tx).get(keyOf(name, generation)),

  async advance(tx, name, generation, position) {
    const row = generationsOf(tx).get(keyOf(name, generation));
    if (row) generationsOf(tx).set(keyOf(name, generation), { ...row, position });
  },

  async swap(tx, name, generation) {
    const before = rowsOf(tx, name).filter((row) => row.generation < generation);
    for (const row of before) generationsOf(tx).delete(keyOf(name, row.generation));
    for (const [key, row] of parkedOf(tx).entries())
      if (row.name === name && row.generation < generation) parkedOf(tx).delete(key);
    const row = generationsOf(tx).get(keyOf(name, generation));
    if (row) generationsOf(tx).set(keyOf(name, generation), { ...row, live: true });
    return before.map((each) => each.generation);
  },

  park: async (tx, parked) => parkedOf(tx).set(keyOf(parked.name, parked.generation, parked.position), parked),
  unpark: async (tx, name, generation, position) => {
    const key = keyOf(name, generation, position);
    const there = parkedOf(tx).get(key) !== undefined;
    parkedOf(tx).delete(key);
    return there;
  },
  countParked: async (tx, name, generation) =>
    parkedOf(tx).entries().filter(([, row]) => row.name === name && row.generation === generation).length,
  parked: async (tx, name) =>
    parkedOf(tx)
      .entries()
      .flatMap(([, row]) => (row.name === name ? [row] : []))
      .sort((a, b) => a.generation - b.generation || a.position - b.position),
};
