import { packed, unpacked } from './packed';

test('a column of a batch travels as one string', () => {
  expect(packed(['a', undefined, 3])).toBe('a\u001e\u001e3');
  expect(unpacked(2, 'int')).toBe(`string_to_array($2::text, E'\\x1e', '')::int[]`);
});

test('JSON never contains the separator', () => {
  expect(JSON.stringify({ text: '\u001e' })).toBe('{"text":"\\u001e"}');
});
