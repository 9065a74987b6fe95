import { CartRejected, CartValidated } from '@comptoir/contracts/carts';
import { CHECKOUT, OrderCancelled, OrderPlaced } from '@comptoir/contracts/orders';
import { reaction } from '@comptoir/saga';
import { giveCartsBack } from './order-cancelled';
import { validateAll } from './validate-cart';

/**
 * OrderPlaced -> CartValidated | CartRejected, in a flow without a coordinator; undone by OrderCancelled. By the rules of
 * ValidateCart. What payments will need comes along: it is in the event, and is not kept.
 */
export const orderPlaced = reaction(CHECKOUT, {
  on: OrderPlaced,
  kind: 'compensatable',
  emits: [CartValidated, CartRejected],
  refusals: [CartRejected],
  async batch(events, tx) {
    const answers = await validateAll(tx, events.map(({ body }) => body));
    return answers.map((answer, index) => {
      const { paymentToken } = events[index]!.body;
      return 'lines' in answer.body ? CartValidated({ ...answer.body, paymentToken }) : CartRejected(answer.body);
    });
  },
  undoneBy: OrderCancelled,
  undo: { emits: [], batch: (events, tx) => giveCartsBack(tx, events.map(({ body }) => body)) },
});
