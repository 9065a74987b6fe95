import {
  answering,
  atStep,
  ends,
  ignored,
  inState,
  knows,
  records,
  scenario,
  sends,
  sendsNothing,
  uncaused,
  waits,
  withStatus,
} from '../testing';
import {
  BookFlight,
  BookHotel,
  FlightBooked,
  HotelBooked,
  PayTrip,
  SendTickets,
  TicketsBounced,
  TicketsSent,
  TripPaid,
  TripRequested,
  tripSaga,
} from '../testing/trip';

const trip = { tripId: '01890000-0000-7000-8000-000000000001' };
const requested = TripRequested({ ...trip, to: 'LIS' });
const booked = FlightBooked({ ...trip, seat: '7A' });
const toPivot = [requested, booked, HotelBooked(trip)] as const;

describe('a saga of steps, going forward', () => {
  it('starts with its first command', () => {
    scenario(tripSaga())
      .when(requested)
      .then(
        sends(BookFlight({ ...trip, to: 'LIS' })),
        inState('REQUESTED'),
        withStatus('running'),
        atStep('book-flight'),
        waits('30s'),
      );
  });

  it('takes each answer to the next step, with what the answer brought', () => {
    scenario(tripSaga())
      .given(requested)
      .when(booked)
      .then(
        sends(BookHotel({ ...trip, seat: '7A' })),
        inState('FLIGHT_BOOKED'),
        knows({ seat: '7A', to: 'LIS' }),
        waits('10s'),
      )
      .when(HotelBooked(trip))
      .then(sends(PayTrip(trip)), inState('HOTEL_BOOKED'))
      .when(TripPaid(trip))
      .then(sends(SendTickets(trip)), inState('PAID'))
      .when(TicketsSent(trip))
      .then(sendsNothing(), ends('completed', 'READY'));
  });

  it('causes each command by the message before it', () => {
    const { simulation } = scenario(tripSaga());
    const start = simulation.messageOf(requested);
    simulation.receive(start);
    expect(simulation.sent[0]?.causationId).toBe(start.id);
  });

  it('does nothing for an answer without a saga', () => {
    const { simulation } = scenario(tripSaga());
    simulation.deliver(booked);
    expect(simulation.instance).toBeUndefined();
    expect(simulation.turns[0]?.events).toEqual([]);
  });

  it('starts once', () => {
    scenario(tripSaga())
      .given(requested, booked)
      .when(requested)
      .then(ignored('already-started'), inState('FLIGHT_BOOKED'));
  });

  it('hears each answer once', () => {
    scenario(tripSaga()).given(requested, booked).when(booked).then(ignored('step-is-over'), atStep('book-hotel'));
  });

  it('does not take an answer that its command has not caused', () => {
    scenario(tripSaga())
      .given(requested)
      .when(uncaused(booked))
      .then(ignored('not-caused-by-the-step'), atStep('book-flight'));
  });

  it('stays as it ended, whatever comes later', () => {
    scenario(tripSaga())
      .given(...toPivot, TripPaid(trip), TicketsSent(trip))
      .when(TripPaid(trip), requested, booked)
      .then(ignored('saga-has-ended'), ends('completed', 'READY'));
  });

  it('sends an unanswered pivot again, waiting longer each time, then parks', () => {
    scenario(tripSaga())
      .given(...toPivot)
      .after('30s')
      .then(sends(PayTrip(trip)), records('expired', { step: 'pay', attempt: 1 }), waits('45s'))
      .after('45s')
      .then(sends(PayTrip(trip)), waits('45s'), withStatus('running'))
      .after('45s')
      .then(sendsNothing(), withStatus('parked'), atStep('pay'), records('parked', { code: 'no-answer' }));
  });

  it('takes a late answer to an earlier send of the pivot, once', () => {
    scenario(tripSaga())
      .given(...toPivot)
      .whenDeadlinePasses()
      .then(sends(PayTrip(trip)))
      .when(answering(1, TripPaid(trip)))
      .then(sends(SendTickets(trip)), inState('PAID'))
      .when(answering(2, TripPaid(trip)))
      .then(ignored('step-is-over'));
  });

  it('goes on by itself when the answer comes after it parked', () => {
    scenario(tripSaga())
      .given(...toPivot)
      .after('10m')
      .then(withStatus('parked'))
      .when(answering(2, TripPaid(trip)))
      .then(sends(SendTickets(trip)), withStatus('running'), atStep('send-tickets'));
  });

  it('parks when a step that must end well is refused', () => {
    scenario(tripSaga())
      .given(...toPivot, TripPaid(trip))
      .when(TicketsBounced({ ...trip, reason: 'no such address' }))
      .then(sendsNothing(), withStatus('parked'), atStep('send-tickets'), records('parked', { code: 'refused' }));
  });

  it('does nothing about a deadline that has moved on', () => {
    const { simulation } = scenario(tripSaga()).given(requested);
    const decision = tripSaga().decide(simulation.instance as never, { kind: 'deadline' }, simulation);
    expect(decision.events).toEqual([]);
  });
});
