import { event } from '@comptoir/contracts';
import { handle, service } from '@comptoir/messaging';
import { serviceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { eventStore, EventStoreModule } from './event-store.module';

const stream = ({ jar }: { jar: string }) => `jar-${jar}`;
const body = z.object({ jar: z.string(), n: z.int() });
/** Of a service that the log knows nothing of. */
export const Filled = event('cellar.jar-filled', 1, body, { stream });
export const Opened = event('cellar.jar-opened', 1, body, { stream });

export const REPLAYABLE = 'pantry.inventory';
export const LIVE_ONLY = 'pantry.tasting';
const batch = async () => undefined;
const pantry = service({
  name: 'pantry',
  handlers: [handle(Filled, { name: 'inventory', replayable: true, emits: [], batch }), handle(Filled, { name: 'tasting', emits: [], batch })],
});

interface Line {
  readonly position: number;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly data: { readonly n: number };
}

/** The log on servers of its own, and short words for what happens to it. */
export async function eventStoreUnderTest(env: Record<string, string> = {}) {
  const subject = await serviceUnderTest(EventStoreModule, eventStore, {
    flow: 'preserving',
    beside: [pantry],
    env: { GAP_OVERDUE_AFTER_MS: '300', WATCH_EVERY_MS: '50', REPLAY_POLL_MS: '20', REPLAY_LEASE_MS: '500', ...env },
  });
  const get = (url: string, headers?: Record<string, string>) => subject.send('GET', url, undefined, headers);
  const items = async <T>(url: string) => (await get(url)).json<{ items: T[] }>().items ?? [];
  const versions = async (jar: string) => (await items<Line>(`/streams/jar-${jar}`)).map(({ version, data }) => `${version}:${data.n}`);
  return {
    ...subject,
    get,
    items,
    /** The jar's `n`th version, as its owner says it; with `as` another event than the `n`th. */
    tell: (jar: string, n: number, { id = uuidv7(), as = n, type = Filled }: { id?: string; as?: number; type?: typeof Filled | typeof Opened } = {}) =>
      subject.say(type, { jar, n: as }, { id, stream: `jar-${jar}`, streamVersion: n }),
    /** Waits until the jar's stream is exactly this: `version:n`. */
    settled: (jar: string, ...expected: string[]) => eventually(async () => expect(await versions(jar)).toEqual(expected)),
    versions,
  };
}

export type EventStoreUnderTest = Awaited<ReturnType<typeof eventStoreUnderTest>>;
