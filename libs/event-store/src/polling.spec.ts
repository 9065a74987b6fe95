import { virtualClock } from '@comptoir/messaging';
import { Polling } from './polling';

const clock = virtualClock();
const told: string[] = [];
const logger = { debug: () => undefined, info: (m: string) => told.push(m), warn: (m: string) => told.push(m), error: () => undefined };

test('steps while there is more, pauses when there is not, tries again after a failure, and stops', async () => {
  const outcomes = [true, true, false, new Error('away'), new Error('away'), false];
  let steps = 0;
  const polling = new Polling({
    name: 'test', logger, clock, pollMs: 50,
    step: async () => {
      const outcome = outcomes[steps++] ?? false;
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
  expect(told).toEqual(['Cannot go on; trying again', 'Goes on again']);
  await polling.stop();
  await clock.advance(500);
  expect(steps).toBe(6);
});
