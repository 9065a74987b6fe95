import { deadLettered, ends, records, refuses, scenario, sends, sendsNothing, withStatus, atStep } from '../testing';
import {
  CallOffTrip,
  CancelFlight,
  CancelHotel,
  FlightBooked,
  FlightCancelled,
  HotelBooked,
  HotelCancelled,
  PayTrip,
  SendTickets,
  TicketsBounced,
  TripCalledOff,
  TripNotPaid,
  TripPaid,
  TripRequested,
  tripSaga,
} from '../testing/trip';

const trip = { tripId: '01890000-0000-7000-8000-000000000001' };
const requested = TripRequested({ ...trip, to: 'LIS' });
const booked = FlightBooked({ ...trip, seat: '7A' });
const told = () => scenario(tripSaga());
const running = () => told().given(requested, booked);
const parkedAtFlight = () => told().given(requested, deadLettered(booked).gaveUp);
const parkedAtHotel = () => running().given(deadLettered(HotelBooked(trip)).gaveUp);
const parkedAtPivot = () => running().given(HotelBooked(trip)).after('1h').then(withStatus('parked'));
const compensating = () => running().given(HotelBooked(trip), TripNotPaid({ ...trip, reason: 'no funds' }));
const ended = () =>
  told()
    .given(requested, booked, HotelBooked(trip), TripNotPaid({ ...trip, reason: 'x' }))
    .given(HotelCancelled(trip), FlightCancelled(trip), TripCalledOff(trip));

describe('retry', () => {
  it('sends what is awaited again, counting from one', () => {
    parkedAtPivot()
      .whenPerson('retry', { actor: 'ada', reason: 'the bank is back' })
      .then(
        sends(PayTrip(trip)),
        withStatus('running'),
        records('asked', { action: 'retry', actor: 'ada', reason: 'the bank is back' }),
        records('sent', { attempt: 1 }),
      );
  });
  it('is refused unless the saga is parked', () => {
    running().whenPerson('retry').then(refuses('not-parked'), withStatus('running'));
    ended().whenPerson('retry').then(refuses('ended'));
  });
});

describe('skip', () => {
  it('leaves the step out; undone with the others should a later one fail, for it may have happened', () => {
    parkedAtHotel()
      .whenPerson('skip')
      .then(sends(PayTrip(trip)), records('skipped', { step: 'book-hotel' }), atStep('pay'))
      .when(TripNotPaid({ ...trip, reason: 'no funds' }))
      .then(sends(CancelHotel(trip)));
  });
  it('is refused where the next step needs what the step would have brought', () => {
    parkedAtFlight().whenPerson('skip').then(refuses('skip-impossible'), withStatus('parked'));
  });
  it('is refused for the pivot', () => {
    parkedAtPivot().whenPerson('skip').then(refuses('pivot-not-skippable'));
  });
  it('goes to the end past a step that must end well', () => {
    told()
      .given(requested, booked, HotelBooked(trip), TripPaid(trip), TicketsBounced({ ...trip, reason: 'x' }))
      .whenPerson('skip')
      .then(sendsNothing(), ends('completed', 'READY'));
  });
  it('goes on undoing past a compensation, and ends past the abort', () => {
    compensating()
      .given(deadLettered(HotelCancelled(trip)).gaveUp)
      .whenPerson('skip')
      .then(sends(CancelFlight({ ...trip, why: 'not paid: no funds' })), withStatus('compensating'))
      .when(FlightCancelled(trip), deadLettered(TripCalledOff(trip)).gaveUp)
      .then(withStatus('parked'))
      .whenPerson('skip')
      .then(ends('compensated', 'CALLED_OFF'));
  });
});

describe('resolve', () => {
  const answer = (type: { name: string }, body: unknown) =>
    ({ kind: 'resolve', answer: { type: type.name, body } }) as const;
  it('gives the answer that never came', () => {
    parkedAtPivot()
      .whenPerson(answer(TripPaid, trip))
      .then(sends(SendTickets(trip)), withStatus('running'), records('asked', { action: 'resolve' }));
  });
  it('may give the refusal, which turns the saga back', () => {
    parkedAtPivot()
      .whenPerson(answer(TripNotPaid, { ...trip, reason: 'blocked' }))
      .then(sends(CancelHotel(trip)), withStatus('compensating'));
  });
  it('may give the answer to a compensation', () => {
    compensating()
      .given(deadLettered(HotelCancelled(trip)).gaveUp)
      .whenPerson(answer(HotelCancelled, trip))
      .then(sends(CancelFlight({ ...trip, why: 'not paid: no funds' })));
  });
  it('is refused for what does not answer the awaited command, or breaks its contract', () => {
    parkedAtPivot()
      .whenPerson(answer(FlightBooked, { ...trip, seat: '7A' }))
      .then(refuses('not-an-answer'));
    parkedAtPivot()
      .whenPerson(answer(TripPaid, { tripId: 'none' }))
      .then(refuses('invalid-answer'), withStatus('parked'));
  });
  it('is refused unless the saga is parked', () => {
    running().whenPerson(answer(HotelBooked, trip)).then(refuses('not-parked'));
  });
});

describe('compensate', () => {
  it('turns a parked saga back, the awaited step included', () => {
    parkedAtHotel()
      .whenPerson('compensate', { actor: 'ada', reason: 'overbooked' })
      .then(sends(CancelHotel(trip)), records('failed', { undo: ['book-hotel', 'book-flight'] }))
      .when(HotelCancelled(trip), FlightCancelled(trip))
      .then(
        sends(
          CancelFlight({ ...trip, why: 'undone by ada: overbooked' }),
          CallOffTrip({ ...trip, why: 'undone by ada: overbooked' }),
        ),
      )
      .when(TripCalledOff(trip))
      .then(ends('compensated', 'CALLED_OFF'));
  });
  it('is refused once the pivot was sent', () => {
    parkedAtPivot().whenPerson('compensate').then(refuses('past-no-return'));
  });
  it('is refused while running, and while undoing', () => {
    running().whenPerson('compensate').then(refuses('not-parked'));
    compensating()
      .given(deadLettered(HotelCancelled(trip)).gaveUp)
      .whenPerson('compensate')
      .then(refuses('already-compensating'));
  });
});

describe('cancel', () => {
  it('turns a running saga back and ends it cancelled', () => {
    running()
      .whenPerson('cancel', { actor: 'ada', reason: 'ill' })
      .then(sends(CancelHotel(trip)), withStatus('compensating'))
      .when(HotelBooked(trip), HotelCancelled(trip), FlightCancelled(trip), TripCalledOff(trip))
      .then(ends('cancelled', 'CALLED_OFF'), records('ended', { reason: 'cancelled by ada: ill' }));
  });
  it('is taken by a parked saga too', () => {
    parkedAtFlight()
      .whenPerson('cancel')
      .then(sends(CancelFlight({ ...trip, why: 'cancelled by operator: because' })));
  });
  it('is refused once the pivot was sent, whether it is answered or not', () => {
    running().given(HotelBooked(trip)).whenPerson('cancel').then(refuses('past-no-return'), withStatus('running'));
    running().given(HotelBooked(trip), TripPaid(trip)).whenPerson('cancel').then(refuses('past-no-return'));
  });
  it('is refused while undoing and after the end', () => {
    compensating().whenPerson('cancel').then(refuses('already-compensating'));
    ended().whenPerson('cancel').then(refuses('ended'));
  });
  it('is refused the second time, and sends nothing twice', () => {
    const { simulation } = running()
      .whenPerson('cancel')
      .then(withStatus('compensating'))
      .whenPerson('cancel')
      .then(refuses('already-compensating'));
    expect(simulation.sent.filter(({ type }) => type.name === CancelHotel.name)).toHaveLength(1);
  });
});
