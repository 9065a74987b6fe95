import { eventually } from '@comptoir/testing';
import { Slots } from './slots';

const never = new AbortController().signal;

it('lets in so many at a time, the others in their order', async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const runs = [0, 1, 2, 3].map((nth) => slots.run(never, () => new Promise<void>((end) => {
    begun.push(nth);
    ends[nth] = end;
  })));
  await eventually(() => expect(begun).toEqual([0, 1]));
  ends[1]?.();
  await runs[1];
  await eventually(() => expect(begun).toEqual([0, 1, 2]));
  ends[0]?.();
  await runs[0];
  await eventually(() => expect(begun).toEqual([0, 1, 2, 3]));
  ends[2]?.();
  ends[3]?.();
  await Promise.all(runs);
});

it('gives the place back when the work fails', async () => {
  const slots = new Slots(1);
  await expect(slots.run(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(never, async () => 'next')).toBe('next');
});

it('lets whoever waits go when it is called off, and nobody after them waits for longer', async () => {
  const slots = new Slots(1);
  const going = new AbortController();
  let end = () => {};
  const first = slots.run(never, () => new Promise<void>((resolve) => (end = resolve)));
  const second = slots.run(going.signal, async () => 'second');
  const third = slots.run(never, async () => 'third');
  going.abort(new Error('going down'));
  await expect(second).rejects.toThrow('going down');
  await expect(slots.run(going.signal, async () => 'fourth')).rejects.toThrow('going down');
  end();
  await first;
  expect(await third).toBe('third');
});
