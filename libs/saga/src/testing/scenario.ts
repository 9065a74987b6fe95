import type { Outgoing } from '@comptoir/contracts';
import type { SagaDefinition } from '../definition';
import type { Duration } from '../duration';
import { milliseconds } from '../duration';
import type { PersonsAction } from '../input';
import type { Expectation } from './expectations';
import { Simulation } from './simulation';

/** Something that happens to a saga: a message, or what a function does to the simulation. */
export type Happening = Outgoing | ((simulation: Simulation) => void);

/** The answer to the nth time the saga sent the command (counted from 1), instead of the latest. */
export const answering =
  (attempt: number, answer: Outgoing): Happening =>
  (simulation) => {
    const sent = simulation.sent.filter(({ type }) => type.answers.some(({ name }) => name === answer.type.name))[
      attempt - 1
    ];
    if (!sent) throw new Error(`The saga has not sent ${attempt} commands that ${answer.type.name} answers`);
    simulation.deliver(answer, sent.id);
  };

/** A message that nothing the saga sent has caused. */
export const uncaused =
  (message: Outgoing): Happening =>
  (simulation) =>
    void simulation.receive(simulation.messageOf(message));

export const deadlinePasses = (): Happening => (simulation) => void simulation.passDeadline();

export const timePasses =
  (duration: Duration): Happening =>
  (simulation) =>
    void simulation.advance(milliseconds(duration));

export const person =
  (
    action: PersonsAction | Exclude<PersonsAction['kind'], 'resolve'>,
    by: { actor?: string; reason?: string } = {},
  ): Happening =>
  (simulation) => {
    const what = typeof action === 'string' ? { kind: action } : action;
    simulation.act(what, by.actor ?? 'operator', by.reason ?? 'because');
  };

/** The message cannot be handled and goes to the dead letters; `replayed` brings it back later. */
export function deadLettered(
  message: Outgoing,
  reason = 'it always fails',
): { gaveUp: Happening; replayed: Happening } {
  let kept: ReturnType<Simulation['messageOf']> | undefined;
  return {
    gaveUp(simulation) {
      kept = simulation.messageOf(message, simulation.causeOf(message.type));
      simulation.giveUp(kept.id, reason);
    },
    replayed(simulation) {
      if (!kept) throw new Error('Only what was given up can be replayed');
      simulation.receive(kept);
    },
  };
}

/**
 * Given/when/then over a definition, without servers:
 *
 *     scenario(orderFulfilment)
 *       .given(OrderPlaced({ ... }))
 *       .when(CartValidated({ ... }))
 *       .then(sends(ReserveStock({ ... })), inState('CART_VALIDATED'))
 *
 * `then` may be followed by another `when`. Answers are caused by the latest command they answer; see `answering`.
 */
export const scenario = (definition: SagaDefinition): Told => new Told(new Simulation(definition));

/** What has been told so far. Not a thenable: a test may return it. */
export class Told {
  constructor(readonly simulation: Simulation) {}

  /** What happened before. */
  given(...happenings: readonly Happening[]): this {
    happen(this.simulation, happenings);
    return this;
  }

  /** What `then` is about. */
  when(...happenings: readonly Happening[]): Happened {
    const from = this.simulation.turns.length;
    happen(this.simulation, happenings);
    return new Happened(this.simulation, from);
  }

  /** Time goes by, with every deadline that falls due. */
  after(duration: Duration): Happened {
    return this.when(timePasses(duration));
  }

  whenDeadlinePasses(): Happened {
    return this.when(deadlinePasses());
  }

  whenPerson(...asks: Parameters<typeof person>): Happened {
    return this.when(person(...asks));
  }
}

export class Happened {
  constructor(
    private readonly simulation: Simulation,
    private readonly from: number,
  ) {}

  /** Throws with everything that is not as expected, and with what happened. */
  then(...expectations: readonly Expectation[]): Told {
    const { simulation } = this;
    const turns = simulation.turns.slice(this.from);
    const observed = {
      sent: turns.flatMap(({ sent }) => sent),
      events: turns.flatMap(({ events }) => events),
      refusal: turns.at(-1)?.refusal,
      instance: simulation.instance,
      now: simulation.now,
    };
    const wrong = expectations.map((expectation) => expectation(observed)).filter((each) => each !== undefined);
    if (wrong.length > 0) throw new Error(`${wrong.map((each) => `  - ${each}`).join('\n')}\n\n${story(simulation)}`);
    return new Told(simulation);
  }
}

function happen(simulation: Simulation, happenings: readonly Happening[]): void {
  for (const happening of happenings) {
    if (typeof happening === 'function') happening(simulation);
    else simulation.deliver(happening);
  }
}

function story(simulation: Simulation): string {
  const lines = simulation.turns.map(({ input, events, sent, refusal, instance }) => {
    const outcome = refusal ? `refused: ${refusal.code}` : events.map(({ type }) => type).join(', ') || 'nothing';
    const commands = sent.map(({ type }) => ` -> ${type.name}`).join('');
    return `  ${input}: ${outcome}${commands}  [${instance ? `${instance.status}, ${instance.label}` : 'not started'}]`;
  });
  return `What happened:\n${lines.join('\n') || '  nothing'}`;
}
