import { z } from 'zod';
import { InvalidDefinition } from './errors';
import { saga } from './saga';
import {
  BookFlight,
  BookHotel,
  CallOffTrip,
  CancelFlight,
  CancelHotel,
  FlightBooked,
  FlightCancelled,
  FlightRefused,
  HotelBooked,
  HotelRefused,
  PayTrip,
  TicketsSent,
  TripCalledOff,
  TripNotPaid,
  TripPaid,
  TripRequested,
  tripSaga,
} from './testing/trip';

const state = z.object({ tripId: z.uuid(), to: z.string(), seat: z.string().optional() });
const trip = (type = 'trip', version = 1) =>
  saga(type, { version, state }).startedBy(TripRequested, ({ tripId, to }) => ({ tripId, to }));
const withFlight = () =>
  trip().step('book-flight', (step) =>
    step
      .send(BookFlight, ({ tripId, to }) => ({ tripId, to }))
      .on(FlightBooked, (known, { seat }) => ({ ...known, seat }))
      .rejectedBy(FlightRefused),
  );
const pay = <S extends { tripId: string }>(known: S) => ({ tripId: known.tripId });

describe('a saga definition', () => {
  it('knows what it listens to and sends, its labels and its positions', () => {
    const definition = tripSaga();
    expect(definition.receives.map(({ name }) => name)).toEqual([
      'trips.trip-requested',
      'flights.flight-booked',
      'flights.flight-refused',
      'hotels.hotel-booked',
      'hotels.hotel-refused',
      'banks.trip-paid',
      'banks.trip-not-paid',
      'mail.tickets-sent',
      'mail.tickets-bounced',
      'flights.flight-cancelled',
      'hotels.hotel-cancelled',
      'hotels.hotel-not-cancelled',
      'trips.trip-called-off',
    ]);
    expect(definition.emits.map(({ action }) => action)).toEqual([
      'book-flight',
      'book-hotel',
      'pay-trip',
      'send-tickets',
      'cancel-flight',
      'cancel-hotel',
      'call-off-trip',
    ]);
    expect(definition.labels).toEqual(['REQUESTED', 'FLIGHT_BOOKED', 'HOTEL_BOOKED', 'PAID', 'READY', 'CALLED_OFF']);
    expect(definition.positions).toEqual(['book-flight', 'book-hotel', 'pay', 'send-tickets', 'abort']);
  });

  it.each([
    ['has no steps', () => trip().build(), /no steps/],
    ['has a type that no routing key can carry', () => trip('Big Trip'), /kebab case/],
    ['has a version below 1', () => trip('trip', 0), /version/],
    [
      'names two steps alike',
      () => withFlight().step('book-flight', (s) => s.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid)),
      /two steps are named book-flight/,
    ],
    [
      'names a step abort',
      () => trip().step('abort', (s) => s.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid)),
      /abort/,
    ],
    [
      'names a step in a way no timeline can read',
      () => trip().step('Pay!', (s) => s.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid)),
      /no name for a step/,
    ],
    [
      'has a state of several words',
      () =>
        trip().step('pay', (s) => s.send(PayTrip, pay).on(TripPaid, { reaches: 'all paid' }).rejectedBy(TripNotPaid)),
      /one word/,
    ],
    [
      'puts a compensatable step after the pivot',
      () =>
        withFlight()
          .step('pay', (s) => s.pivot().send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid))
          .step('hotel', (s) =>
            s
              .send(BookHotel, ({ tripId, seat }) => ({ tripId, seat }))
              .on(HotelBooked)
              .rejectedBy(HotelRefused),
          ),
      /compensatable step hotel comes after pivot step pay/,
    ],
    [
      'has two pivots',
      () =>
        withFlight()
          .step('pay', (s) => s.pivot().send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid))
          .step('pay-more', (s) => s.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid).pivot()),
      /both the pivot/,
    ],
    [
      'compensates its pivot',
      () =>
        withFlight().step('pay', (s) =>
          s
            .pivot()
            .send(PayTrip, pay)
            .on(TripPaid)
            .rejectedBy(TripNotPaid)
            .compensate(CancelFlight, ({ tripId }) => ({ tripId, why: '' })),
        ),
      /never compensated/,
    ],
    [
      'has a pivot that an event undoes',
      () =>
        withFlight().step('pay', (s) =>
          s.pivot().send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid).undoneBy(TripCalledOff),
        ),
      /never compensated/,
    ],
    [
      'can only be refused',
      () =>
        trip().step('pay', (s) =>
          s
            .send(PayTrip, pay)
            .rejectedBy(TripPaid, () => 'x')
            .rejectedBy(TripNotPaid),
        ),
      /never succeed/,
    ],
    [
      'does not say which of several answers ends a compensation',
      () =>
        trip().step('hotel', (s) =>
          s
            .send(BookHotel, ({ tripId }) => ({ tripId, seat: '' }))
            .on(HotelBooked)
            .rejectedBy(HotelRefused)
            .compensate(CancelHotel, pay),
        ),
      /doneBy/,
    ],
    [
      'starts by an answer to itself',
      () =>
        saga('trip', { version: 1, state })
          .startedBy(TripPaid, ({ tripId }) => ({ tripId, to: '' }))
          .step('pay', (s) => s.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid)),
      /both starts it and answers/,
    ],
  ])('is refused when it %s', (_, define, problem) => {
    expect(() => (define() as ReturnType<typeof withFlight>).build()).toThrow(problem);
    expect(() => (define() as ReturnType<typeof withFlight>).build()).toThrow(InvalidDefinition);
  });

  it('is refused when it leaves an answer open, which the types refuse too', () => {
    expect(() =>
      trip()
        // @ts-expect-error FlightRefused is left
        .step('book-flight', (step) => step.send(BookFlight, ({ tripId, to }) => ({ tripId, to })).on(FlightBooked))
        .build(),
    ).toThrow(/does not deal with flights.flight-refused/);
  });

  it('is refused when it waits for what does not answer its command, which the types refuse too', () => {
    expect(() =>
      trip()
        .step('book-flight', (step) =>
          step
            .send(BookFlight, ({ tripId, to }) => ({ tripId, to }))
            .on(FlightBooked)
            .rejectedBy(FlightRefused)
            // @ts-expect-error no answer of BookFlight
            .on(TicketsSent),
        )
        .build(),
    ).toThrow(/mail.tickets-sent, which does not answer flights.book-flight/);
  });

  it('is refused when it takes one answer twice, which the types refuse too', () => {
    expect(() =>
      trip()
        .step('pay', (step) =>
          step
            .send(PayTrip, pay)
            .on(TripPaid)
            .rejectedBy(TripNotPaid)
            // @ts-expect-error dealt with above
            .rejectedBy(TripPaid),
        )
        .build(),
    ).toThrow(/banks.trip-paid twice/);
  });

  it('types what each step knows', () => {
    const define = () => {
      trip().step('hotel', (step) =>
        step
          // @ts-expect-error the seat is not known before the flight is booked
          .send(BookHotel, ({ tripId, seat }) => ({ tripId, seat }))
          .on(HotelBooked)
          .rejectedBy(HotelRefused),
      );
      trip().step('pay', (step) =>
        step
          // @ts-expect-error a body that is not the command's
          .send(PayTrip, ({ to }) => ({ to }))
          .on(TripPaid)
          .rejectedBy(TripNotPaid),
      );
      // @ts-expect-error `to` is missing from the saga's data
      saga('trip', { version: 1, state }).startedBy(TripRequested, ({ tripId }) => ({ tripId }));
      // @ts-expect-error an event cannot be sent
      trip().step('pay', (step) => step.send(TripPaid, pay));
      // @ts-expect-error the seat may be unknown when the saga is called off
      withFlight().onAbort(CallOffTrip, ({ tripId, seat }) => ({ tripId, why: seat }));
      withFlight().onAbort(CallOffTrip, ({ tripId }) => ({ tripId, why: '' }), {
        // @ts-expect-error a compensation is done by an answer of its command
        doneBy: [FlightCancelled, TripCalledOff],
      });
    };
    expect(define).toBeInstanceOf(Function);
  });

  it('refuses data that breaks the saga`s own schema', () => {
    const broken = saga('trip', { version: 1, state })
      .startedBy(TripRequested, ({ to }) => ({ tripId: 'not an id', to }))
      .step('pay', (step) => step.send(PayTrip, pay).on(TripPaid).rejectedBy(TripNotPaid))
      .build();
    const message = { type: TripRequested, body: { to: 'LIS' }, correlationId: 'c', id: 'i' };
    expect(() =>
      broken.decide(undefined, { kind: 'message', message: message as never }, { now: new Date(), newId: () => 'x' }),
    ).toThrow(/tripId/);
  });
});
