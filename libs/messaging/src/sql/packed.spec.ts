import { packed, unpacked } from './packed';

test('a column of a batch travels as one string', () => {
  expect(packed(['a', undefined, 3, true])).toBe('a\u001e\u001e3\u001etrue');
  expect(packed([])).toBe('');
  expect(unpacked(2, 'int')).toBe(`string_to_array($2::text, E'\\x1e', '')::int[]`);
});

test('JSON never contains the separator', () => {
  expect(packed([JSON.stringify({ text: '\u001e' }), 'b'])).toBe('{"text":"\\u001e"}\u001eb');
});

test('text that holds the separator is refused instead of shifting the column', () => {
  expect(() => packed(['a\u001eb', 'c'])).toThrow(/U\+001E/);
});
