import {
  answering,
  atStep,
  deadLettered,
  ends,
  ignored,
  inState,
  records,
  scenario,
  sends,
  sendsNothing,
  waits,
  withStatus,
} from '../testing';
import {
  BookHotel,
  CallOffTrip,
  CancelFlight,
  CancelHotel,
  FlightBooked,
  FlightCancelled,
  FlightRefused,
  HotelBooked,
  HotelCancelled,
  HotelNotCancelled,
  HotelRefused,
  PayTrip,
  TripCalledOff,
  TripNotPaid,
  TripPaid,
  TripRequested,
  tripSaga,
} from '../testing/trip';

const trip = { tripId: '01890000-0000-7000-8000-000000000001' };
const requested = TripRequested({ ...trip, to: 'LIS' });
const booked = FlightBooked({ ...trip, seat: '7A' });
const late = 'book-hotel: no answer to hotels.book-hotel within 10 s';

describe('a saga of steps, turning back', () => {
  it('undoes nothing when the first step is refused, and says so at the end', () => {
    scenario(tripSaga())
      .given(requested)
      .when(FlightRefused({ ...trip, reason: 'full' }))
      .then(sends(CallOffTrip({ ...trip, why: 'full' })), withStatus('compensating'), atStep('abort'))
      .when(TripCalledOff(trip))
      .then(sendsNothing(), ends('compensated', 'CALLED_OFF'), records('ended', { reason: 'full' }));
  });

  it('does not undo the step that was refused, for it did not happen', () => {
    scenario(tripSaga())
      .given(requested, booked)
      .when(HotelRefused(trip))
      .then(sends(CancelFlight({ ...trip, why: 'hotel-refused' })), inState('FLIGHT_BOOKED'), atStep('book-flight'));
  });

  it('undoes the last first when the pivot is refused', () => {
    scenario(tripSaga())
      .given(requested, booked, HotelBooked(trip))
      .when(TripNotPaid({ ...trip, reason: 'no funds' }))
      .then(sends(CancelHotel(trip)))
      .when(HotelCancelled(trip))
      .then(sends(CancelFlight({ ...trip, why: 'not paid: no funds' })))
      .when(FlightCancelled(trip))
      .then(sends(CallOffTrip({ ...trip, why: 'not paid: no funds' })))
      .when(TripCalledOff(trip))
      .then(ends('compensated', 'CALLED_OFF'));
  });

  it('undoes an unanswered step as well, for it may have happened', () => {
    scenario(tripSaga())
      .given(requested, booked)
      .after('10s')
      .then(
        sends(CancelHotel(trip)),
        records('failed', {
          failure: { kind: 'deadline', step: 'book-hotel', reason: late },
          undo: ['book-hotel', 'book-flight'],
        }),
      );
  });

  it('ignores the answer of a step it has turned back from: the compensation takes that back too', () => {
    scenario(tripSaga())
      .given(requested, booked)
      .after('10s')
      .then(withStatus('compensating'))
      .when(HotelBooked(trip))
      .then(ignored('step-is-over'), atStep('book-hotel'))
      .when(HotelCancelled(trip))
      .then(sends(CancelFlight({ ...trip, why: late })));
  });

  it('sends an unanswered compensation again under a new id, then parks; any of the answers counts', () => {
    const told = scenario(tripSaga()).given(requested, booked).given(HotelRefused(trip));
    told
      .whenDeadlinePasses()
      .then(sends(CancelFlight({ ...trip, why: 'hotel-refused' })), waits('60s'))
      .whenDeadlinePasses()
      .then(sendsNothing(), withStatus('parked'), atStep('book-flight'))
      .when(answering(1, FlightCancelled(trip)))
      .then(sends(CallOffTrip({ ...trip, why: 'hotel-refused' })), withStatus('compensating'));
    expect(new Set(told.simulation.sent.map(({ id }) => id)).size).toBe(told.simulation.sent.length);
  });

  it('parks when a compensation is refused', () => {
    scenario(tripSaga())
      .given(requested, booked, HotelBooked(trip), TripNotPaid({ ...trip, reason: 'no funds' }))
      .when(HotelNotCancelled(trip))
      .then(sendsNothing(), withStatus('parked'), atStep('book-hotel'), records('parked', { code: 'refused' }));
  });

  it('sends the abort again until it is answered', () => {
    scenario(tripSaga())
      .given(requested, FlightRefused({ ...trip, reason: 'full' }))
      .whenDeadlinePasses()
      .then(sends(CallOffTrip({ ...trip, why: 'full' })))
      .when(answering(1, TripCalledOff(trip)))
      .then(ends('compensated'))
      .when(answering(2, TripCalledOff(trip)))
      .then(ignored('saga-has-ended'));
  });
});

describe('a saga one of whose messages was given up', () => {
  it('parks with its timers stopped, and goes on where it was when the message is replayed', () => {
    const answer = deadLettered(booked, 'TypeError: no seat');
    scenario(tripSaga())
      .given(requested)
      .when(answer.gaveUp)
      .then(
        sendsNothing(),
        withStatus('parked'),
        records('parked', { code: 'message-given-up', reason: 'TypeError: no seat' }),
      )
      .after('1h')
      .then(withStatus('parked'))
      .when(answer.replayed)
      .then(sends(BookHotel({ ...trip, seat: '7A' })), withStatus('running'));
  });

  it('waits on, with its deadline set anew, when what is replayed is no longer of use', () => {
    const duplicate = deadLettered(booked);
    scenario(tripSaga())
      .given(requested, booked)
      .when(duplicate.gaveUp)
      .then(withStatus('parked'))
      .when(duplicate.replayed)
      .then(sendsNothing(), withStatus('running'), atStep('book-hotel'), waits('10s'));
  });

  it('goes on when it hears the answer otherwise', () => {
    scenario(tripSaga())
      .given(requested, booked, HotelBooked(trip), deadLettered(TripPaid(trip)).gaveUp)
      .when(TripPaid(trip))
      .then(withStatus('running'), atStep('send-tickets'));
  });

  it('keeps a compensating saga compensating', () => {
    const answer = deadLettered(HotelCancelled(trip));
    scenario(tripSaga())
      .given(requested, booked, HotelBooked(trip), TripNotPaid({ ...trip, reason: 'no funds' }), answer.gaveUp)
      .when(answer.replayed)
      .then(withStatus('compensating'), sends(CancelFlight({ ...trip, why: 'not paid: no funds' })));
  });

  it('leaves an ended saga alone', () => {
    const told = scenario(tripSaga()).given(requested, FlightRefused({ ...trip, reason: 'full' }), TripCalledOff(trip));
    told.when(deadLettered(booked).gaveUp).then(ends('compensated'));
    expect(told.simulation.sent.some(({ type }) => type.name === PayTrip.name)).toBe(false);
  });
});
