import { eventually } from '@comptoir/testing';
import { expected } from './rest';
import type { Shop } from './shop';

interface Generation {
  readonly generation: number;
  readonly live: boolean;
  readonly position: number;
}

interface Hashed extends Generation {
  readonly rows: number;
  readonly hash: string;
}

/** What the views show, by REST. */
export class ReadSide {
  constructor(private readonly shop: Shop) {}

  async get<T>(path: string): Promise<T> {
    return expected<T>(await this.shop.ask('GET', 'views', path), 200);
  }

  conversation = (id: string) => this.get<Conversation>(`/conversations/${id}`);

  /** Conversations of a flow that are stuck. */
  async stuck(flow: string): Promise<readonly string[]> {
    const { items } = await this.get<{ items: { conversationId: string }[] }>(`/conversations?stuck=true&flow=${flow}&limit=100`);
    return items.map(({ conversationId }) => conversationId);
  }

  /** Waits until every view has all that is in the log, and none has parked anything; what builds beside the live ones is done. */
  untilAllIsShown = (): Promise<void> =>
    eventually(
      async () => {
        const { items } = await this.get<{ items: { name: string; generations: unknown[] }[] }>('/projections');
        const upToDate = { live: true, behind: 0, parked: 0 };
        expect(items).toEqual(items.map(({ name }) => ({ name, generations: [expect.objectContaining(upToDate)] })));
      },
      { timeoutMs: 45_000 },
    );

  async names(): Promise<readonly string[]> {
    return (await this.get<{ items: { name: string }[] }>('/projections')).items.map(({ name }) => name);
  }

  async rebuild(name: string): Promise<void> {
    expected(await this.shop.ask('POST', 'views', `/projections/${name}/rebuild`), 202);
  }

  async hash(name: string): Promise<Pick<Hashed, 'generation' | 'rows' | 'hash'>> {
    const { generations } = await this.get<{ generations: Hashed[] }>(`/projections/${name}/hash`);
    const live = generations.find((each) => each.live);
    return { generation: live?.generation ?? 0, rows: live?.rows ?? 0, hash: live?.hash ?? '' };
  }

  /** Views that say something else than one that is built anew from the log: with the system at rest there are none. */
  async differences(): Promise<readonly string[]> {
    await this.untilAllIsShown();
    const names = await this.names();
    const before = await Promise.all(names.map((name) => this.hash(name)));
    for (const name of names) await this.rebuild(name);
    const found = names.map(async (name, index) => {
      const was = before[index]!;
      const now = await eventually(async () => {
        const hash = await this.hash(name);
        expect(hash.generation).toBeGreaterThan(was.generation);
        return hash;
      });
      return now.hash === was.hash && now.rows === was.rows ? [] : [`${name}: ${was.rows} rows, ${now.rows} when it is built anew`];
    });
    return (await Promise.all(found)).flat();
  }
}

export interface Conversation {
  readonly flows: readonly { readonly flow: string; readonly ended: boolean; readonly overdue: boolean; readonly expected: readonly unknown[] }[];
  readonly timeline: readonly { readonly id: string; readonly type: string; readonly by: string; readonly causedBy: string | null }[];
}
