import { giftCard, Issued, issue, redeem, Redeemed, RedemptionRefused } from '../readme.example';
import { scenario } from './scenario';

const cardId = '01890000-0000-7000-8000-000000000001';
const issued = scenario(giftCard).given(Issued({ cardId, amount: 500 }));

test('goes from events by a command to events, and on from there', () => {
  const told = issued
    .when(redeem(cardId, 300))
    .then(Redeemed({ cardId, amount: 300 }))
    .when(redeem(cardId, 300))
    .then(RedemptionRefused({ cardId, missing: 100 }));
  expect(told.state).toEqual({ status: 'valid', balance: 200 });
});

test('a command may lead to nothing, and may fail', () => {
  class Blocked extends Error {
    readonly code = 'blocked';
  }
  const block = () => {
    throw new Blocked();
  };
  const told = issued.when(() => []).then().when(block).thenFails(Blocked).when(block).thenFails('blocked');
  expect(told.state).toEqual({ status: 'valid', balance: 500 });
});

test.each<[string, () => unknown, RegExp]>([
  ['other data', () => issued.when(redeem(cardId, 300)).then(Redeemed({ cardId, amount: 299 })), /\+ +amount: 300[\s\S]*- +amount: 299/],
  ['another event', () => issued.when(redeem(cardId, 501)).then(Redeemed({ cardId, amount: 501 })), /redemption-refused/],
  ['one event more', () => issued.when(redeem(cardId, 300)).then(), /redeemed/],
  ['an error instead of an event', () => issued.when(issue(cardId, 1)).then(Issued({ cardId, amount: 1 })), /issued once/],
  ['an event instead of an error', () => issued.when(redeem(cardId, 1)).thenFails('blocked'), /blocked, but led to gift-cards.redeemed/],
  ['nothing instead of an error', () => issued.when(() => []).thenFails(Error), /Error, but led to nothing/],
  ['another error', () => issued.when(issue(cardId, 1)).thenFails(RangeError), /RangeError, but failed with Error: A card/],
  ['an error of another code', () => issued.when(issue(cardId, 1)).thenFails('blocked'), /blocked, but failed with Error: A card/],
  ['an event that breaks its contract', () => issued.when(redeem(cardId, -1)).then(), /amount: Too small/],
  ['an event of another card', () => issued.when(redeem(cardId.replace('1', '2'), 1)).then(), /not of gift-card-01/],
])('fails, and says why, for %s', (_, telling, message) => {
  expect(telling).toThrow(message);
});
