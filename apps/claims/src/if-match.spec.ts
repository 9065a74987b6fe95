import { expectedVersionsOf } from './if-match';

it.each([
  ['"3"', [3]],
  [' "3" , "5"', [3, 5]],
  ['*', undefined],
  ['W/"3"', []],
  ['"abc"', []],
  ['"99999999999999999999"', []],
  ['"0"', []],
  ['""', []],
])('%s means %j', (header, versions) => expect(expectedVersionsOf(header)).toEqual(versions));

it('is required', () => expect(() => expectedVersionsOf(undefined)).toThrow(expect.objectContaining({ status: 428 })));

it.each(['3', '"3', '', '"3",', 'w/"3"', '"3" "4"'])('%j is no If-Match', (header) => {
  expect(() => expectedVersionsOf(header)).toThrow(expect.objectContaining({ status: 400 }));
});
