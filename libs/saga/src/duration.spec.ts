import { inWords, milliseconds } from './duration';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ] as const)('%s is %d ms', (text, ms) => {
    expect(milliseconds(text)).toBe(ms);
  });
  it.each(['30', '0s', '-1s', 's', '1w'])('%s is none', (text) => {
    expect(() => milliseconds(text as '1s')).toThrow(/is not a duration/);
  });
  it.each([
    [30_000, '30 s'],
    [120_000, '2 min'],
    [1_500, '1500 ms'],
  ] as const)('%d ms is %s in words', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
