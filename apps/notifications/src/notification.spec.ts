import { fromRow, settle, type Notification } from './notification';

const pending: Notification = {
  notificationId: 'n-1', template: 'refund-issued', causeId: 'r-1', customerId: 'eve', channel: 'log', state: 'pending', lastError: 'busy',
};
const sent = { ...pending, state: 'sent' as const };
const failed = { ...pending, state: 'failed' as const, lastError: '550 no' };

it('a pending one is sent, or failed for a reason', () => {
  expect(settle(pending, { from: 'attempt', refused: undefined })).toEqual(sent);
  expect(settle(pending, { from: 'attempt', refused: '550 no' })).toEqual(failed);
});

it.each([sent, failed])('the first outcome stands: $state', (settled) => {
  expect(settle(settled, { from: 'attempt', refused: undefined })).toBe(settled);
  expect(settle(settled, { from: 'attempt', refused: '554 spam' })).toBe(settled);
  expect(settle(settled, fromRow)).toBe(settled);
});

it('one that was to have an outcome and has none is looked at again', () => {
  expect(settle(pending, fromRow)).toBe('look-again');
});
