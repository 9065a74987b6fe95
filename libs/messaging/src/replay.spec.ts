import { v7, validate, version } from 'uuid';
import { inboxKeyOf } from './replay';

const [id, replayId] = [v7(), v7({ msecs: Date.UTC(2030, 0, 1) })];

test('the inbox knows a live message by its id', () => {
  expect(inboxKeyOf({ id })).toBe(id);
});

test('a replay of a message is another message to the inbox, the same at each delivery', () => {
  const key = inboxKeyOf({ id, replayId });
  expect(inboxKeyOf({ id, replayId })).toBe(key);
  const others = [id, replayId, inboxKeyOf({ id, replayId: v7() }), inboxKeyOf({ id: v7(), replayId })];
  expect(others).not.toContain(key);
});

test('its key is a UUIDv7 of the time of the replay: the inbox keeps it, however old the event', () => {
  const key = inboxKeyOf({ id: v7({ msecs: 0 }), replayId });
  expect([validate(key), version(key), key.slice(0, 13)]).toEqual([true, 7, replayId.slice(0, 13)]);
});
