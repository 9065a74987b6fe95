import { command, event } from '@comptoir/contracts';
import { saga } from './index';
import { z } from 'zod';

const of = z.object({ parcelId: z.uuid() });
const stream = { stream: (body: z.output<typeof of>) => `parcel-${body.parcelId}` };
const ParcelBooked = event('shop.parcel-booked', 1, of, stream);
const Collected = event('courier.collected', 1, of, stream);
const CollectionRefused = event('courier.collection-refused', 1, of.extend({ reason: z.string() }), stream);
const Collect = command('courier.collect', 1, of, { answers: [Collected, CollectionRefused] });
const Returned = event('courier.returned', 1, of, stream);
const Return = command('courier.return', 1, of.extend({ why: z.string() }), { answers: [Returned] });
const Delivered = event('courier.delivered', 1, of, stream);
const Undeliverable = event('courier.undeliverable', 1, of.extend({ reason: z.string() }), stream);
const Deliver = command('courier.deliver', 1, of, { answers: [Delivered, Undeliverable] });

export const delivery = saga('delivery', { version: 1, state: of })
  .startedBy(ParcelBooked, ({ parcelId }) => ({ parcelId }))
  .step('collect', (step) =>
    step.send(Collect, (parcel) => parcel).on(Collected, { reaches: 'ON_THE_WAY' }).rejectedBy(CollectionRefused)
      .compensate(Return, (parcel, { reason }) => ({ ...parcel, why: reason })).deadline('2h'))
  .step('deliver', (step) => step.pivot().send(Deliver, (parcel) => parcel).on(Delivered).rejectedBy(Undeliverable))
  .build();

export const messages = { ParcelBooked, Collected, Undeliverable, Return, Returned };
