import { preferredWait } from './prefer';

it.each<[string | string[] | undefined, number | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['wait=10', 10],
  ['Wait = 10', 10],
  ['respond-async, wait=5', 5],
  ['wait=5;foo=bar, respond-async', 5],
  ['wait="7"', 7],
  ['wait=3, wait=9', 3],
  [['respond-async', 'wait=4'], 4],
  ['wait=86400', 60],
  ['wait=0', undefined],
  ['wait', undefined],
  ['wait=', undefined],
  ['wait=soon', undefined],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['await=10', undefined],
  ['note="wait=9", respond-async', undefined],
  ['respond-async; wait=9', undefined],
])('Prefer: %s', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds);
});
