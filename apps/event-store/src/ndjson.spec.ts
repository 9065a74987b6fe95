import { RawJson, type StoredEvent } from '@comptoir/event-store';
import { ndjson, wantsLines } from './ndjson';

const at = new Date(0);
const event = (position: number): StoredEvent => ({
  position,
  stream: 'a',
  version: position,
  id: 'id',
  type: 'a.b',
  schemaVersion: 1,
  data: new RawJson(`{"big": 12345678901234567890}`),
  metadata: {},
  occurredAt: at,
  recordedAt: at,
});

/** A log of so many events, and how many reads it has answered. */
function log(length: number) {
  const counted = { reads: 0 };
  const read = async (last: StoredEvent | undefined, limit: number) => {
    counted.reads += 1;
    const from = last?.position ?? 0;
    return Array.from({ length: Math.min(limit, length - from) }, (_, index) => event(from + index + 1));
  };
  return { read, counted };
}

const linesOf = async (stream: AsyncIterable<unknown>) => {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text.split('\n').slice(0, -1);
};

test.each([
  [0, Infinity, 0],
  [1_000, Infinity, 1_000],
  [1_001, Infinity, 1_001],
  [1_000, 333, 333],
  [10, 333, 10],
])('of %s events, %s wanted, gives %s lines', async (length, limit, expected) => {
  const lines = await linesOf(ndjson(log(length).read, limit));
  expect(lines).toHaveLength(expected);
  expect(lines.map((line) => (JSON.parse(line) as { position: number }).position)).toEqual(Array.from({ length: expected }, (_, n) => n + 1));
});

test('data are told character by character', async () => {
  expect((await linesOf(ndjson(log(1).read, 1)))[0]).toContain('"data":{"big": 12345678901234567890}');
});

test('reads no further ahead than a client takes', async () => {
  const { read, counted } = log(1_000_000);
  const stream = ndjson(read, Infinity);
  const lines = stream[Symbol.asyncIterator]();
  await lines.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(counted.reads).toBeLessThanOrEqual(4);
  stream.destroy();
});

test('a read that fails ends the answer with an error', async () => {
  const broken = async () => Promise.reject(new Error('away'));
  await expect(linesOf(ndjson(broken, 1))).rejects.toThrow('away');
});

test.each([
  [undefined, false],
  ['application/json', false],
  ['text/html, application/x-ndjson;q=0.9', true],
  ['application/x-ndjson', true],
])('%s asks for lines: %s', (accept, expected) => {
  expect(wantsLines(accept)).toBe(expected);
});
