import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { effectsOf } from './batch';
import { HandlerContractBroken } from './errors';
import type { Message } from './message';

const body = z.object({ n: z.int() });
const Done = event('shop.done', 1, body, { stream: () => 's' });
const Refused = event('shop.refused', 1, body, { stream: () => 's' });
const Noted = event('shop.noted', 1, body, { stream: () => 's' });
const Do = command('shop.do', 1, body, { answers: [Done, Refused] });
const messages = [1, 2].map((n) => ({ type: Do, body: { n }, id: `m${n}` })) as unknown as Message[];
const events = messages.map((message) => ({ ...message, type: Done })) as unknown as Message[];
const handler = { name: 'do', emits: [Done, Refused, Noted] };

test('one answer per command, with whatever else it says, in order', () => {
  const effects = effectsOf(handler, messages, [Done({ n: 1 }), [Refused({ n: 2 }), Noted({ n: 2 })]]);
  expect(effects.map(({ cause, outgoing }) => [cause?.id, outgoing.type.name])).toEqual([
    ['m1', 'shop.done'],
    ['m2', 'shop.refused'],
    ['m2', 'shop.noted'],
  ]);
});

test.each([
  ['fewer outcomes than commands', [Done({ n: 1 })], /1 outcomes for 2/],
  ['no answer', [Done({ n: 1 }), undefined], /exactly one answer and gave 0/],
  ['two answers', [Done({ n: 1 }), [Done({ n: 2 }), Refused({ n: 2 })]], /gave 2/],
  ['only a remark', [Done({ n: 1 }), Noted({ n: 2 })], /gave 0/],
  ['nothing at all', undefined, /gave 0/],
])('a handler of commands that returns %s is broken', (_, outcomes, why) => {
  expect(() => effectsOf(handler, messages, outcomes)).toThrow(HandlerContractBroken);
  expect(() => effectsOf(handler, messages, outcomes)).toThrow(why);
});

test('a message outside `emits` is refused', () => {
  expect(() => effectsOf({ name: 'do', emits: [Done] }, events, [Noted({ n: 1 }), undefined])).toThrow(/not in its `emits`/);
});

test('a reaction to events may say nothing', () => {
  expect(effectsOf(handler, events, undefined)).toEqual([]);
});
