import { asEnvironment, givenBy, serversAt } from './servers';
import { portsFrom } from './ports';

const DATABASE = 'postgresql://boss:pw@db.example:5432/postgres';
const AMQP = 'amqp://boss:p%40ss@mq.example:5672';

test('nothing is given by an empty environment', () => {
  expect(givenBy({})).toEqual({ databaseUrl: undefined, broker: undefined });
  expect(givenBy({ COMPTOIR_AMQP_URL: '', COMPTOIR_DATABASE_URL: '' })).toEqual({ databaseUrl: undefined, broker: undefined });
});

test('servers named by environment are used as they are', () => {
  const given = givenBy({ COMPTOIR_DATABASE_URL: DATABASE, COMPTOIR_AMQP_URL: AMQP, COMPTOIR_MANAGEMENT_URL: 'http://u:p@mq.example:80' });
  expect(serversAt(portsFrom({}), given, false)).toMatchObject({
    amqpUrl: AMQP,
    databaseUrl: DATABASE,
    managementUrl: 'http://u:p@mq.example:80',
    startedByUs: false,
  });
});

test("a broker's management API is looked for beside it, with the same account", () => {
  expect(givenBy({ COMPTOIR_AMQP_URL: AMQP }).broker?.managementUrl).toBe('http://boss:p%40ss@mq.example:15672');
});

test('a child process finds the same servers by the environment it is given', () => {
  const servers = serversAt(portsFrom({}), givenBy({ COMPTOIR_DATABASE_URL: DATABASE, COMPTOIR_AMQP_URL: AMQP }), false);
  expect(serversAt(portsFrom({}), givenBy(asEnvironment(servers)), false)).toEqual(servers);
});
