import { CommitOutcomeUnknown, RetryNow } from './errors';
import { classify, pauseBefore } from './failure';

const coded = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ['a deadlock', coded('40P01'), 'again'],
  ['a serialisation failure', coded('40001'), 'again'],
  ['a lock time-out', coded('55P03'), 'again'],
  ['what was read has changed', new RetryNow('changed'), 'again'],
  ['a lost connection', coded('08006'), 'wait'],
  ['a full disk', coded('53100'), 'wait'],
  ['too many connections', coded('53300'), 'wait'],
  ['a server shutting down', coded('57P01'), 'wait'],
  ['a refused connection', coded('ECONNREFUSED'), 'wait'],
  ['refused on every address', new AggregateError([coded('ECONNREFUSED')]), 'wait'],
  ['a connection that ended in words', new Error('Connection terminated unexpectedly'), 'wait'],
  ['an exhausted pool', new Error('timeout exceeded when trying to connect'), 'wait'],
  ['a commit nobody heard of', new CommitOutcomeUnknown('?'), 'wait'],
  ["Prisma's wrapping of a deadlock", Object.assign(new Error('P2034'), { cause: { originalCode: '40P01' } }), 'again'],
  ['a statement cancelled by its time-out', coded('57014'), 'isolate'],
  ['a violated constraint', coded('23514'), 'isolate'],
  ['a bug', new TypeError('undefined is not a function'), 'isolate'],
  ['a thrown string', 'oops', 'isolate'],
])('%s', (_, error, kind) => expect(classify(error)).toBe(kind));

test('pauses double up to five seconds', () => {
  expect([1, 2, 3, 20].map(pauseBefore)).toEqual([50, 100, 200, 5_000]);
});
