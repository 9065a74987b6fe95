import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { saga } from '../saga';

/**
 * A trip is a flight and a hotel, booked, paid and ticketed: a saga with every kind of step, for the specs of the library
 * and of its stores.
 */
const trip = { tripId: z.uuid() };
const stream = (body: { tripId: string }) => `trip-${body.tripId}`;

export const TripRequested = event('trips.trip-requested', 1, z.object({ ...trip, to: z.string() }), { stream });

export const FlightBooked = event('flights.flight-booked', 1, z.object({ ...trip, seat: z.string() }), { stream });
export const FlightRefused = event('flights.flight-refused', 1, z.object({ ...trip, reason: z.string() }), { stream });
export const BookFlight = command('flights.book-flight', 1, z.object({ ...trip, to: z.string() }), {
  answers: [FlightBooked, FlightRefused],
});
export const FlightCancelled = event('flights.flight-cancelled', 1, z.object(trip), { stream });
export const CancelFlight = command('flights.cancel-flight', 1, z.object({ ...trip, why: z.string() }), {
  answers: [FlightCancelled],
});

export const HotelBooked = event('hotels.hotel-booked', 1, z.object(trip), { stream });
export const HotelRefused = event('hotels.hotel-refused', 1, z.object(trip), { stream });
export const BookHotel = command('hotels.book-hotel', 1, z.object({ ...trip, seat: z.string() }), {
  answers: [HotelBooked, HotelRefused],
});
export const HotelCancelled = event('hotels.hotel-cancelled', 1, z.object(trip), { stream });
export const HotelNotCancelled = event('hotels.hotel-not-cancelled', 1, z.object(trip), { stream });
export const CancelHotel = command('hotels.cancel-hotel', 1, z.object(trip), {
  answers: [HotelCancelled, HotelNotCancelled],
});

export const TripPaid = event('banks.trip-paid', 1, z.object(trip), { stream });
export const TripNotPaid = event('banks.trip-not-paid', 1, z.object({ ...trip, reason: z.string() }), { stream });
export const PayTrip = command('banks.pay-trip', 1, z.object(trip), { answers: [TripPaid, TripNotPaid] });

export const TicketsSent = event('mail.tickets-sent', 1, z.object(trip), { stream });
export const TicketsBounced = event('mail.tickets-bounced', 1, z.object({ ...trip, reason: z.string() }), { stream });
export const SendTickets = command('mail.send-tickets', 1, z.object(trip), { answers: [TicketsSent, TicketsBounced] });

export const TripCalledOff = event('trips.trip-called-off', 1, z.object(trip), { stream });
export const CallOffTrip = command('trips.call-off-trip', 1, z.object({ ...trip, why: z.string() }), {
  answers: [TripCalledOff],
});

const Trip = z.object({ tripId: z.uuid(), to: z.string(), seat: z.string().optional() });

export const tripSaga = (version = 1) =>
  saga('trip', { version, state: Trip, labels: { started: 'REQUESTED', completed: 'READY', aborted: 'CALLED_OFF' } })
    .startedBy(TripRequested, ({ tripId, to }) => ({ tripId, to }))
    .step('book-flight', (step) =>
      step
        .send(BookFlight, ({ tripId, to }) => ({ tripId, to }))
        .on(FlightBooked, (known, { seat }) => ({ ...known, seat }), { reaches: 'FLIGHT_BOOKED' })
        .rejectedBy(FlightRefused)
        .compensate(CancelFlight, ({ tripId }, { reason }) => ({ tripId, why: reason }), { retry: { attempts: 2 } }),
    )
    .step('book-hotel', (step) =>
      step
        .send(BookHotel, ({ tripId, seat }) => ({ tripId, seat }))
        .on(HotelBooked, { reaches: 'HOTEL_BOOKED' })
        .rejectedBy(HotelRefused)
        .compensate(CancelHotel, ({ tripId }) => ({ tripId }), { doneBy: [HotelCancelled] })
        .deadline('10s'),
    )
    .step('pay', (step) =>
      step
        .pivot()
        .send(PayTrip, ({ tripId }) => ({ tripId }))
        .on(TripPaid, { reaches: 'PAID' })
        .rejectedBy(TripNotPaid, ({ reason }) => `not paid: ${reason}`)
        .retry({ attempts: 3, longest: '45s' }),
    )
    .step('send-tickets', (step) =>
      step
        .retriable()
        .send(SendTickets, ({ tripId }) => ({ tripId }))
        .on(TicketsSent)
        .rejectedBy(TicketsBounced),
    )
    .onAbort(CallOffTrip, ({ tripId }, { reason }) => ({ tripId, why: reason }))
    .build();
