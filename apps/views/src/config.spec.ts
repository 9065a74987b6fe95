import { ViewsConfig } from './config';

const url = 'postgresql://views:secret@localhost/views';
const parse = (roles?: string) => ViewsConfig.safeParse({ DATABASE_URL: url, LOG_DATABASE_URL: url, ROLES: roles });

it('has both roles unless it is told otherwise', () => {
  expect(parse().data?.ROLES).toEqual(['projector', 'api']);
  expect(parse(' api , projector').data?.ROLES).toEqual(['api', 'projector']);
});

it.each(['api,', 'painter', 'api projector'])('refuses the roles "%s"', (roles) => {
  expect(parse(roles).success).toBe(false);
});

it('refuses a log that is no PostgreSQL', () => {
  expect(ViewsConfig.safeParse({ DATABASE_URL: url, LOG_DATABASE_URL: 'http://log' }).success).toBe(false);
});
