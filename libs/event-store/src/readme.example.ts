import { event } from '@comptoir/contracts';
import { aggregate, eventTypes } from './index';
import { z } from 'zod';

const of = z.object({ cardId: z.uuid() });
const stream = { stream: ({ cardId }: z.output<typeof of>) => `gift-card-${cardId}` };
const amount = z.int().positive();
export const Issued = event('gift-cards.issued', 1, of.extend({ amount }), stream);
export const Redeemed = event('gift-cards.redeemed', 1, of.extend({ amount }), stream);
export const RedemptionRefused = event('gift-cards.redemption-refused', 1, of.extend({ missing: amount }), stream);

interface GiftCard {
  readonly status: 'blank' | 'valid';
  readonly balance: number;
}

export const giftCard = aggregate({
  name: 'gift-card',
  events: eventTypes(Issued, Redeemed, RedemptionRefused),
  initial: { status: 'blank', balance: 0 } as GiftCard,
  snapshotEvery: 100,
  evolve(card, { type, data }): GiftCard {
    switch (type) {
      case 'gift-cards.issued':
        return { status: 'valid', balance: data.amount };
      case 'gift-cards.redeemed':
        return { ...card, balance: card.balance - data.amount };
      case 'gift-cards.redemption-refused':
        return card;
    }
  },
});

export const issue = (cardId: string, amount: number) => (card: GiftCard) => {
  if (card.status !== 'blank') throw new Error('A card is issued once');
  return Issued({ cardId, amount });
};

export const redeem = (cardId: string, amount: number) => (card: GiftCard) =>
  amount > card.balance
    ? RedemptionRefused({ cardId, missing: amount - card.balance })
    : Redeemed({ cardId, amount });
