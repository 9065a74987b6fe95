import { toMermaid } from './mermaid';
import { tripSaga } from './testing/trip';

describe('the diagram of a saga', () => {
  const lines = toMermaid(tripSaga())
    .split('\n')
    .map((line) => line.trim());

  it('goes forward by the answers', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'start([TripRequested]) --> step1',
        'step1["book-flight<br>BookFlight"]',
        'step1 -->|FlightBooked| step2',
        'step3{{"pay<br>PayTrip"}}',
        'step4 -->|TicketsSent| completed',
        'completed([READY])',
      ]),
    );
  });

  it('goes back by refusals and deadlines, the last first, to the abort', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'step1 -.->|FlightRefused| abort',
        'step2 -.->|HotelRefused| undo1',
        'step2 -.->|no answer in 10 s| undo2',
        'undo2 -.->|HotelCancelled| undo1',
        'undo1 -.->|FlightCancelled| abort',
        'abort -.->|TripCalledOff| aborted',
        'aborted([CALLED_OFF])',
      ]),
    );
  });

  it('shows where a person is asked', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'step3 -.->|no answer in 30 s: again| step3',
        'step3 -.->|sent 3 times| parked',
        'step4 -.->|TicketsBounced| parked',
        'undo2 -.->|HotelNotCancelled| parked',
        'parked[/parked: a person decides/]',
      ]),
    );
  });

  it('names nothing twice and leaves no arrow without its end', () => {
    const nodes = lines.flatMap((line) => /^(\w+)[[({]/.exec(line)?.[1] ?? []);
    expect(new Set(nodes).size).toBe(nodes.length);
    const ends = lines.flatMap(
      (line) => /> (?:\|[^|]*\| )?(\w+)$/.exec(line)?.[1] ?? /\| (\w+)$/.exec(line)?.[1] ?? [],
    );
    for (const end of ends) expect(nodes).toContain(end);
  });
});
