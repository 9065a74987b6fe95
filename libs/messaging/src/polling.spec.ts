import { virtualClock } from './clock';
import { Polling } from './polling';

const clock = virtualClock();
const told: string[] = [];
const logger = { debug: () => undefined, info: (m: string) => told.push(m), warn: (m: string) => told.push(m), error: () => undefined };

test('steps while there is more, pauses when there is not, tries again after a failure, and stops', async () => {
  const outcomes = [0, 0, 50, new Error('away'), new Error('away'), 70];
  let steps = 0;
  const polling = new Polling({
    what: 'Things', logger, clock, pollMs: 50,
    step: async () => {
      const outcome = outcomes[steps++] ?? 50;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  });
  polling.start();
  polling.start();
  await clock.advance(0);
  expect(steps).toBe(3);
  await clock.advance(49);
  expect(steps).toBe(3);
  await clock.advance(1);
  expect(steps).toBe(4);
  await clock.advance(100);
  expect(steps).toBe(6);
  expect(told).toEqual(['Things cannot be looked after; trying on', 'Things are looked after again']);
  await clock.advance(69);
  expect(steps).toBe(6);
  await clock.advance(1);
  expect(steps).toBe(7);
  await polling.stop();
  await clock.advance(500);
  expect(steps).toBe(7);
});
