import { createHash } from 'node:crypto';
import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { handle } from '../handler';
import { service } from '../service';
import { topologyOf } from '../topology';
import { definitionsOf } from './definitions';

const body = z.object({ id: z.string() });
const Lent = event('library.lent', 1, body, { stream: ({ id }) => id });
const Lend = command('library.lend', 1, body, { answers: [Lent] });
const library = service({
  name: 'library',
  handlers: [handle(Lend, { emits: [Lent], batch: async (commands) => commands.map((each) => Lent(each.body)) })],
});
const desk = service({ name: 'desk', emits: [Lend] });
const archive = service({ name: 'archive', replays: true });
const definitions = definitionsOf(topologyOf([library, desk, archive]));

const permissions = (user: string) => definitions.permissions.find((each) => each.user === user);
const mayPublish = (user: string, exchange: string, key: string) => {
  const topic = definitions.topic_permissions.find((each) => each.user === user && each.exchange === exchange);
  const rights = permissions(user);
  return new RegExp(rights?.write ?? '^$').test(exchange) && topic !== undefined && new RegExp(topic.write).test(key);
};

describe('definitions', () => {
  it('are the same text for the same topology', () => {
    expect(JSON.stringify(definitionsOf(topologyOf([archive, desk, library])))).toBe(JSON.stringify(definitions));
  });

  it.each(['library', 'desk', 'comptoir'])('hash the password of %s as RabbitMQ checks it', (name) => {
    const stored = Buffer.from(definitions.users.find((user) => user.name === name)?.password_hash ?? '', 'base64');
    const expected = createHash('sha256').update(Buffer.concat([stored.subarray(0, 4), Buffer.from(`${name}-dev`)])).digest();
    expect(stored.subarray(4).equals(expected)).toBe(true);
  });

  it('salt each user on its own', () => {
    const salts = definitions.users.map((user) => user.password_hash.slice(0, 5));
    expect(new Set(salts).size).toBe(4);
  });

  it('let services configure nothing and read only their own work', () => {
    expect(permissions('library')).toMatchObject({ configure: '^$', read: '^library\\.[^.]+$' });
    expect(permissions('desk')).toMatchObject({ configure: '^$', read: '^$' });
  });

  it.each([
    ['library', 'business.events', 'library.lent.lending', true],
    ['library', 'business.events', 'desk.opened.lending', false],
    ['library', 'business.events', 'xlibrary.lent.lending', false],
    ['library', 'business.commands', 'library.lend', false],
    ['desk', 'business.commands', 'library.lend', true],
    ['desk', 'business.commands', 'library.lend-all', false],
    ['desk', 'business.commands', 'libraryxlend', false],
    ['desk', 'business.events', 'desk.opened.lending', false],
    ['library', 'business.dead-letter', 'library.lend', true],
    ['library', 'business.dead-letter', 'desk.open', false],
    ['library', 'retry.10s', 'library.lend', true],
    ['library', 'retry.10s', 'library.lend.dead', false],
    ['library', 'retry.10s', 'desk.open', false],
    ['desk', 'retry.10s', 'desk.open', false],
    ['archive', 'business.replay', 'library.lend', true],
    ['archive', 'business.replay', 'library.lend.dead', false],
    ['archive', 'amq.default', 'library.lend', false],
    ['library', 'business.replay', 'library.lend', false],
    ['library', 'amq.default', 'library.lend', false],
    ['library', '', 'library.lend', false],
  ])('%s may publish to %s with key %s: %s', (user, exchange, key, allowed) => {
    expect(mayPublish(user, exchange, key)).toBe(allowed);
  });

  it('give every queue exactly one policy, which leaves its safety to its arguments', () => {
    for (const { name } of definitions.queues)
      expect(definitions.policies.filter(({ pattern }) => new RegExp(pattern).test(name))).toHaveLength(1);
    const tunable = definitions.policies.flatMap(({ definition }) => Object.keys(definition));
    expect([...new Set(tunable)].sort()).toEqual(['max-length', 'queue-leader-locator']);
  });
});
