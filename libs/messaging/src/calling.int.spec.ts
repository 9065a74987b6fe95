import { command, event } from '@comptoir/contracts';
import { eventually } from '@comptoir/testing';
import { z } from 'zod';
import { RetryNow } from './errors';
import { handle, type Handler } from './handler';
import { service } from './service';
import { testbed, type Testbed } from './testing/testbed';
import { statement } from './unit-of-work';

const Weighed = event('scales.parcel-weighed', 1, z.object({ parcel: z.string() }), { stream: ({ parcel }) => parcel });
const Weigh = command('scales.weigh-parcel', 1, z.object({ parcel: z.string() }), { answers: [Weighed] });

/** The world outside: every call it got, and how it answers. */
class Scales {
  readonly calls: string[] = [];
  answer: (parcel: string, nth: number, signal: AbortSignal) => Promise<number> = async () => 5;

  weigh(parcel: string, signal: AbortSignal): Promise<number> {
    this.calls.push(parcel);
    return this.answer(parcel, this.calls.filter((each) => each === parcel).length, signal);
  }
}

const save = statement('save-weight', `INSERT INTO weight (parcel, grams) SELECT * FROM unnest($1::text[], $2::int[])`);
const read = statement<{ parcel: string; grams: number }>('read-weight', `SELECT parcel, grams FROM weight WHERE parcel = ANY($1::text[])`);
let changedMeanwhile = 0;

const weigh = handle(Weigh, {
  emits: [Weighed],
  retry: ['1s'],
  async known(commands, tx) {
    const rows = new Map((await read(tx, commands.map(({ body }) => body.parcel))).map((row) => [row.parcel, row.grams]));
    return commands.map(({ body }) => rows.get(body.parcel));
  },
  call: ({ body }, context) => context.get(Scales).weigh(body.parcel, context.signal),
  async batch(commands, tx, results: readonly number[]) {
    if (changedMeanwhile-- > 0) throw new RetryNow('changed');
    await save(tx, commands.map(({ body }) => body.parcel), results);
    return commands.map(({ body }) => Weighed({ parcel: body.parcel }));
  },
});

const Left = event('scales.parcel-left', 1, z.object({ parcel: z.string() }), { stream: ({ parcel }) => `left-${parcel}` });
const Recalibrate = command('scales.recalibrate', 1, z.object({ parcel: z.string() }), { answers: [Left] });
const recalibrate = handle(Recalibrate, { emits: [Left], batch: async (all) => all.map(({ body }) => Left(body)) });
/** What is heard of weighs as well, and has the scales looked after each time. */
const left: Handler = {
  ...weigh,
  name: 'parcel-left',
  messages: [Left],
  flows: ['parting'],
  emits: [Weighed, Recalibrate],
  async batch(events, tx, results) {
    const parcels = events.map(({ body }) => (body as { parcel: string }).parcel);
    await save(tx, parcels, results);
    return parcels.map((parcel) => [Weighed({ parcel }), Recalibrate({ parcel }, { flow: 'recalibration' })]);
  },
};

let bed: Testbed;
let scales: Scales;
beforeEach(async () => {
  changedMeanwhile = 0;
  scales = new Scales();
  bed = await testbed(service({ name: 'scales', handlers: [weigh, left, recalibrate] }), {
    tables: 'CREATE TABLE weight (parcel text, grams int)',
    get: () => scales as never,
  });
});
afterEach(() => bed.stop());

const send = (...parcels: string[]) => bed.publish(...parcels.map((parcel) => bed.wire(Weigh({ parcel }))));
const weights = async () => bed.rows<{ parcel: string; grams: number }>('SELECT parcel, grams FROM weight ORDER BY parcel, grams');

test('calls come before the transaction, and their results are in it', async () => {
  scales.answer = async (parcel) => parcel.length;
  await bed.start();
  await send('a', 'bbb');
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'a', grams: 1 }, { parcel: 'bbb', grams: 3 }]));
});

test('what is known already is not called for', async () => {
  await bed.rows(`INSERT INTO weight VALUES ('a', 7)`);
  await bed.start();
  await send('a', 'b');
  await eventually(async () => expect(await weights()).toHaveLength(3));
  expect(scales.calls).toEqual(['b']);
  expect(await weights()).toEqual([{ parcel: 'a', grams: 7 }, { parcel: 'a', grams: 7 }, { parcel: 'b', grams: 5 }]);
});

test('a slow call holds up nobody else', async () => {
  let release = (_grams: number) => {};
  scales.answer = (parcel) => (parcel === 'slow' ? new Promise((resolve) => (release = resolve)) : Promise.resolve(5));
  await bed.start();
  await send('slow', 'quick');
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'quick', grams: 5 }]));
  release(9);
  await eventually(async () => expect(await weights()).toHaveLength(2));
  await eventually(async () => expect(await bed.depth('scales.weigh-parcel')).toBe(0));
});

test('a call that fails is tried again after its tier, and then dead-lettered', async () => {
  scales.answer = async (parcel, nth) => {
    if (parcel === 'never' || nth === 1) throw new Error('out of order');
    return 5;
  };
  await bed.start();
  await send('once', 'never');
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'once', grams: 5 }]));
  await eventually(async () => expect(await bed.depth('scales.weigh-parcel.dead')).toBe(1));
  expect(scales.calls.sort()).toEqual(['never', 'never', 'once', 'once']);
});

test('a batch whose ground has changed asks again, runs again at once and counts no attempt', async () => {
  changedMeanwhile = 3;
  await bed.start();
  await send('a');
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'a', grams: 5 }]));
  expect(scales.calls).toEqual(['a', 'a', 'a', 'a']);
  expect(bed.logged.filter(({ message }) => message.includes('failed'))).toEqual([]);
});

test('what a call did is not forgotten where its message was handled meanwhile; the answer is given once', async () => {
  let answer = (_grams: number) => {};
  scales.answer = () => new Promise((resolve) => (answer = resolve));
  await bed.start();
  const wire = bed.wire(Weigh({ parcel: 'a' }));
  await bed.publish(wire);
  await eventually(() => expect(scales.calls).toEqual(['a']));
  await bed.rows(`INSERT INTO weight VALUES ('a', 7)`);
  await bed.publish(wire); // delivered again, and known by now
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'a', grams: 7 }, { parcel: 'a', grams: 7 }]));
  answer(9);
  await eventually(async () => expect(await weights()).toContainEqual({ parcel: 'a', grams: 9 }));
  expect(scales.calls).toEqual(['a']);
  expect(await bed.rows('SELECT version FROM messaging.stream')).toEqual([{ version: 1 }]);
});

test('nor where it was an event: what came of it is told once, and what is asked for because of it each time', async () => {
  let answer = (_grams: number) => {};
  scales.answer = () => new Promise((resolve) => (answer = resolve));
  await bed.start();
  const wire = bed.wire(Left({ parcel: 'a' }, { flow: 'parting' }));
  await bed.publish(wire);
  await eventually(() => expect(scales.calls).toEqual(['a']));
  await bed.rows(`INSERT INTO weight VALUES ('a', 7)`);
  await bed.publish(wire);
  await eventually(async () => expect(await weights()).toHaveLength(2));
  answer(9);
  await eventually(async () => expect(await weights()).toContainEqual({ parcel: 'a', grams: 9 }));
  const versions = () => bed.rows('SELECT stream, version FROM messaging.stream ORDER BY stream');
  await eventually(async () => expect(await versions()).toEqual([{ stream: 'a', version: 1 }, { stream: 'left-a', version: 2 }]));
});

test('a call cut off by draining is not counted against its message', async () => {
  scales.answer = (_parcel, nth, signal) =>
    nth > 1 ? Promise.resolve(5) : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { stop } = await bed.start();
  await send('a');
  await eventually(() => expect(scales.calls).toEqual(['a']));
  await stop();
  expect(await bed.depth('scales.weigh-parcel')).toBe(1);
  await bed.start();
  await eventually(async () => expect(await weights()).toEqual([{ parcel: 'a', grams: 5 }]));
  expect(await bed.depth('retry.1s')).toBe(0);
});
