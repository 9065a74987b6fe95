import { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { latenciesOf, type Latencies } from './latency';

/** How fine the checkpoints are watched; part of every lag that is measured. */
const LOOK_MS = 4;

interface Sample {
  readonly at: number;
  readonly positions: ReadonlyMap<string, number>;
}

interface Appended {
  readonly at: number;
  readonly position: number;
  readonly events: number;
}

/**
 * Watches from outside when each live view has come to a position: checkpoint and rows commit together, so what a
 * checkpoint says is what a query finds.
 */
export class LagWatch {
  private readonly samples: Sample[] = [];
  private readonly appended: Appended[] = [];
  private watching = true;

  private constructor(private readonly client: Client) {}

  static async on(viewsUrl: string): Promise<LagWatch> {
    const client = new Client({ connectionString: viewsUrl, application_name: 'bench-lag' });
    await client.connect();
    return new LagWatch(client);
  }

  async positions(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.client.query<{ name: string; position: number }>({
      name: 'positions',
      text: 'SELECT name, position::float8 AS position FROM projection.generation WHERE live',
    });
    return new Map(rows.map(({ name, position }) => [name, position]));
  }

  /** Its events were committed just now. */
  told(position: number, events: number): void {
    this.appended.push({ at: performance.now(), position, events });
  }

  async watch(): Promise<void> {
    while (this.watching) {
      const positions = await this.positions();
      this.samples.push({ at: performance.now(), positions });
      await delay(LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    this.watching = false;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** By view, from the commit of an event in the log to the first look that found it. Every event counts. */
  lags(): ReadonlyMap<string, Latencies> {
    const names = [...(this.samples.at(-1)?.positions.keys() ?? [])].sort();
    return new Map(names.map((name) => [name, latenciesOf(Float64Array.from(this.lagsOf(name)))]));
  }

  private lagsOf(name: string): readonly number[] {
    const lags: number[] = [];
    let at = 0;
    for (const { at: committed, position, events } of this.appended) {
      while (at < this.samples.length && (this.samples[at]?.positions.get(name) ?? 0) < position) at += 1;
      const seen = this.samples[at]?.at ?? Infinity;
      for (let nth = 0; nth < events; nth += 1) lags.push(Math.max(0, seen - committed));
    }
    return lags;
  }
}
