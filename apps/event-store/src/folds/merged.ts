import type { StoredEvent } from '@comptoir/event-store';

interface FieldChange {
  readonly version: number;
  readonly type: string;
  readonly value: unknown;
}

/** So many changes of a field are told, the latest. */
const TOLD = 20;

/**
 * The state of an aggregate nobody declared a fold for: the fields of its events one over the other, and for each field
 * which event gave it which value.
 */
export class Merged {
  readonly state: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly fields: Record<string, FieldChange[]> = Object.create(null) as Record<string, FieldChange[]>;

  add({ version, type, data }: StoredEvent): void {
    const fields: Record<string, unknown> = typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data } : { value: data };
    for (const [name, value] of Object.entries(fields)) {
      const changes = (this.fields[name] ??= []);
      const before = changes.at(-1);
      this.state[name] = value;
      if (before && JSON.stringify(before.value) === JSON.stringify(value)) continue;
      changes.push({ version, type, value });
      if (changes.length > TOLD) changes.shift();
    }
  }
}
