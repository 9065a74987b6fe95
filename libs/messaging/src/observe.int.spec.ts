import { event, type EventType } from '@comptoir/contracts';
import { eventually } from '@comptoir/testing';
import { v7 } from 'uuid';
import { z } from 'zod';
import { handle } from './handler';
import type { HeaderValue, WireMessage } from './message';
import { observe } from './observe';
import { REPLAY_ID } from './replay';
import { service } from './service';
import { testbed, type Testbed } from './testing/testbed';
import { REPLAYS } from './topology';
import { statement } from './unit-of-work';

const body = z.object({ loaf: z.string() });
const stream = ({ loaf }: { loaf: string }) => `loaf-${loaf}`;
const Baked = event('mill.bread-baked', 1, body, { stream });
const Sold = event('mill.bread-sold', 1, body, { stream });
/** Of a service that this one knows nothing of. */
const Tasted = event('press.bread-tasted', 3, body, { stream });

const insert = statement('insert-noted', `INSERT INTO noted (who, type, text) SELECT $1, * FROM unnest($2::text[], $3::text[])`);
const noting = (who: string, type: EventType, options: { replayable?: boolean; flows?: string[] } = {}) =>
  handle(type, {
    name: who,
    emits: [],
    ...options,
    batch: async (events, tx) =>
      void (await insert(tx, who, events.map((each) => each.type.name), events.map((each) => (each.body as { loaf: string }).loaf))),
  });
const chronicle = observe('chronicle', {
  async batch(events, tx) {
    await insert(tx, 'chronicle', events.map(({ type }) => type), events.map(({ json, stream, streamVersion }) => `${json} ${stream} ${streamVersion ?? 'uncounted'}`));
  },
});
const mill = service({
  name: 'mill',
  handlers: [chronicle, noting('counter', Baked, { replayable: true, flows: ['none'] }), noting('till', Baked)],
  emits: [Baked],
  replays: true,
});

let bed: Testbed;
beforeEach(async () => {
  bed = await testbed(mill, { tables: 'CREATE TABLE noted (who text, type text, text text)' });
});
afterEach(() => bed.stop());

const noted = async (who: string) =>
  (await bed.rows<{ text: string }>(`SELECT text FROM noted WHERE who = $1 ORDER BY text`, [who])).map(({ text }) => text);
const settled = (who: string, ...texts: string[]) => eventually(async () => expect(await noted(who)).toEqual(texts));
const replayed = (wire: WireMessage, replayId: HeaderValue, queue = 'mill.counter'): WireMessage => ({
  ...wire,
  exchange: REPLAYS,
  mandatory: true,
  routingKey: queue,
  properties: { ...wire.properties, headers: { ...wire.properties.headers, [REPLAY_ID]: replayId } },
});
/** As somebody would who has the broker open. */
const putInto = (queue: string, wire: WireMessage): WireMessage => ({ ...wire, exchange: '', routingKey: queue });

describe('an observer', () => {
  it('hears every event once, also of types nobody declared to it, with its body as it came', async () => {
    await bed.start();
    const tasted = bed.wire(Tasted({ loaf: 'rye' }));
    const odd = { ...tasted, body: '{"loaf": 1e400, "n":12345678901234567890}', properties: { ...tasted.properties, messageId: v7() } };
    await bed.publish(tasted, bed.wire(Sold({ loaf: 'oat' })), odd, tasted);
    await settled('chronicle', '{"loaf": 1e400, "n":12345678901234567890} loaf-rye uncounted', '{"loaf":"oat"} loaf-oat uncounted', '{"loaf":"rye"} loaf-rye uncounted');
    await bed.publish(tasted, bed.wire(Baked({ loaf: 'end' })));
    await eventually(async () => expect(await noted('chronicle')).toHaveLength(4));
  });

  it.each<[string, (wire: WireMessage) => WireMessage]>([
    ['no JSON', (wire) => ({ ...wire, body: '{"loaf":' })],
    ['no type', (wire) => ({ ...wire, properties: { ...wire.properties, type: '' } })],
    ['a stream version that is none', (wire) => ({ ...wire, properties: { ...wire.properties, headers: { 'stream-version': 1.5 } } })],
    ['a stream with a name beyond measure', (wire) => ({ ...wire, properties: { ...wire.properties, headers: { stream: 'x'.repeat(251) } } })],
  ])('gives up on an event with %s, and loses neither it nor its neighbours', async (_what, broken) => {
    await bed.start();
    await bed.publish(broken(bed.wire(Tasted({ loaf: 'rye' }))), bed.wire(Tasted({ loaf: 'oat' })));
    await settled('chronicle', '{"loaf":"oat"} loaf-oat uncounted');
    await eventually(async () => expect(await bed.depth('mill.chronicle.dead')).toBe(1));
  });
});

describe('a replay', () => {
  it('runs a replayable handler again, once for each replay, and nobody else', async () => {
    await bed.start();
    const baked = bed.wire(Baked({ loaf: 'rye' }));
    await bed.publish(baked, baked);
    await settled('counter', 'rye');
    const [first, second] = [v7(), v7()];
    await bed.publish(replayed(baked, first), replayed(baked, first));
    await settled('counter', 'rye', 'rye');
    await bed.publish(replayed(baked, second), replayed(baked, first), bed.wire(Baked({ loaf: 'zopf' })));
    await settled('counter', 'rye', 'rye', 'rye', 'zopf');
    await settled('till', 'rye', 'zopf');
    await settled('chronicle', '{"loaf":"rye"} loaf-rye uncounted', '{"loaf":"zopf"} loaf-zopf uncounted');
  });

  it('is returned where the handler is not replayable, and dropped where somebody puts it into the queue all the same', async () => {
    await bed.start();
    const baked = bed.wire(Baked({ loaf: 'rye' }));
    const returned: string[] = [];
    bed.channel.on('return', ({ fields: { routingKey } }) => returned.push(routingKey));
    await bed.publish(replayed(baked, v7(), 'mill.till'));
    expect(returned).toEqual(['mill.till']);
    const replayId = v7();
    await bed.publish(putInto('mill.till', replayed(baked, replayId)), putInto('mill.till', replayed(baked, replayId)), bed.wire(Baked({ loaf: 'oat' })));
    await settled('till', 'oat');
    expect(await bed.depth('mill.till.dead')).toBe(0);
    const refused = bed.logged.filter(({ message }) => message.startsWith('A replayed message'));
    expect(refused.map(({ data }) => data)).toEqual([{ work: 'mill.till', reason: 'not-replayable', replayId }]);
  });

  it('leaves out what the handler would not hear live: other types, other flows', async () => {
    await bed.start();
    await bed.publish(
      replayed(bed.wire(Sold({ loaf: 'other type' })), v7()),
      replayed(bed.wire(Baked({ loaf: 'other flow' }, { flow: 'market' })), v7()),
      replayed(bed.wire(Baked({ loaf: 'rye' })), v7()),
    );
    await settled('counter', 'rye');
    expect(bed.logged.flatMap(({ data }) => data?.['reason'] ?? [])).toEqual(['other-type', 'other-flow']);
    expect(await bed.depth('mill.counter.dead')).toBe(0);
  });

  it('that is none is given up on', async () => {
    await bed.start();
    await bed.publish(replayed(bed.wire(Baked({ loaf: 'rye' })), 'again'));
    await eventually(async () => expect(await bed.depth('mill.counter.dead')).toBe(1));
  });
});
