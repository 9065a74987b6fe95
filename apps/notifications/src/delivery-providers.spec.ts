import { ConfigInvalid, readConfig } from '@comptoir/platform';
import { NotificationsConfig } from './delivery-providers';

const smtp = {
  NOTIFICATIONS_CHANNEL: 'smtp',
  NOTIFICATIONS_SMTP_URL: 'smtp://mail:secret@127.0.0.1:2525',
  NOTIFICATIONS_FROM: 'claims@shop.example',
  NOTIFICATIONS_DOMAIN: 'customers.shop.example',
};
const wrong = (environment: Record<string, string>) => {
  try {
    readConfig(NotificationsConfig, environment);
    return [];
  } catch (error) {
    return (error as ConfigInvalid).problems.map(({ variable }) => variable);
  }
};

it('nothing set is the log', () => {
  expect(readConfig(NotificationsConfig, {})).toMatchObject({ NOTIFICATIONS_CHANNEL: 'log', NOTIFICATIONS_TIMEOUT_MS: 15_000 });
});

it.each(['NOTIFICATIONS_SMTP_URL', 'NOTIFICATIONS_FROM', 'NOTIFICATIONS_DOMAIN'])('mail needs %s', (variable) => {
  expect(wrong(smtp)).toEqual([]);
  expect(wrong({ ...smtp, [variable]: '' })).toEqual([variable]);
});

it.each([
  [{ NOTIFICATIONS_CHANNEL: 'file' }, 'NOTIFICATIONS_FILE'],
  [{ NOTIFICATIONS_CHANNEL: 'pigeon' }, 'NOTIFICATIONS_CHANNEL'],
  [{ ...smtp, NOTIFICATIONS_SMTP_URL: 'http://mail' }, 'NOTIFICATIONS_SMTP_URL'],
  [{ ...smtp, NOTIFICATIONS_FROM: 'claims' }, 'NOTIFICATIONS_FROM'],
  [{ ...smtp, NOTIFICATIONS_DOMAIN: 'a.example>\r\nDATA' }, 'NOTIFICATIONS_DOMAIN'],
])('%j is refused: %s', (environment, variable) => {
  expect(wrong(environment as Record<string, string>)).toEqual([variable]);
});
