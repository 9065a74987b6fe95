import fc from 'fast-check';
import type { PersonsAction } from '../input';
import type { SagaState } from '../instance';
import { isEnded } from '../instance';
import { World } from '../testing/world';
import type { AnswerBody } from '../testing/world';
import { tripSaga } from '../testing/trip';
import type { StepEvent } from './event';
import type { StepProgress } from './progress';

const definition = tripSaga();
const { steps } = definition.list;
const trip = { tripId: '01890000-0000-7000-8000-000000000001' };
const bodyOf: AnswerBody = () => ({ ...trip, to: 'LIS', seat: '7A', reason: 'so it is' });

type Happening =
  | { readonly kind: 'take'; readonly choice: number; readonly keep: boolean }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'person'; readonly action: PersonsAction['kind'] };

const happening = (actions: readonly PersonsAction['kind'][]): fc.Arbitrary<Happening> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant('take' as const), choice: fc.nat(20), keep: fc.boolean() }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: 'deadline' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'give-up' as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('person' as const), action: fc.constantFrom(...actions) }) },
  );

function run(refusing: readonly string[], happenings: readonly Happening[]): World {
  const world = new World(definition, bodyOf, (step) => !refusing.includes(step));
  world.take(0, false);
  for (const what of happenings) {
    if (what.kind === 'take') world.take(what.choice, what.keep);
    else world.happen((simulation) => void other(what, simulation));
  }
  return world;
}

function other(what: Exclude<Happening, { kind: 'take' }>, simulation: World['simulation']): unknown {
  if (what.kind === 'deadline') return simulation.instance?.deadline && simulation.passDeadline();
  if (what.kind === 'give-up') return simulation.giveUp(simulation.newId(), 'poison');
  if (what.action !== 'resolve') return simulation.act({ kind: what.action }, 'ada', 'so');
  const awaited = awaiting(simulation.instance?.progress as StepProgress | undefined);
  return simulation.act(
    { kind: 'resolve', answer: { type: awaited ?? 'none', body: bodyOf(definition.list.start.event) } },
    'ada',
    'so',
  );
}

/** The good answer to what is awaited. */
function awaiting(progress: StepProgress | undefined): string | undefined {
  const { role, step } = progress?.awaiting ?? {};
  const rule = steps.find(({ name }) => name === step);
  if (role === 'step') return rule?.answers[0]?.event.name;
  return (role === 'compensation' ? rule?.compensation : definition.list.abort)?.doneBy[0]?.name;
}

/** Lets everything arrive, and all deadlines pass, until nothing more can happen without a person. */
function settle(world: World): void {
  for (let moves = 0; moves < 500; moves += 1) {
    if (world.size > 0) world.take(0, false);
    else if (world.simulation.instance?.deadline) world.happen((simulation) => void simulation.passDeadline());
    else return;
  }
  throw new Error('It goes on for ever');
}

const scene = (actions: readonly PersonsAction['kind'][]) =>
  fc.tuple(fc.subarray(steps.map(({ name }) => name)), fc.array(happening(actions), { maxLength: 60 }));
const check = (actions: readonly PersonsAction['kind'][], property: (world: World) => void) =>
  fc.assert(
    fc.property(scene(actions), ([refusing, happenings]) => property(run(refusing, happenings))),
    { numRuns: 200 },
  );

const HARMLESS = ['retry', 'compensate', 'cancel'] as const;
const ALL = [...HARMLESS, 'skip', 'resolve'] as const;

describe('whatever the order of messages, duplicates, deadlines and people’s actions, a saga', () => {
  it('ends, or waits for a person', () => {
    check(ALL, (world) => {
      settle(world);
      expect(['completed', 'compensated', 'cancelled', 'parked']).toContain(world.simulation.instance?.status);
    });
  });

  it('waits with a deadline, unless it is parked or has ended', () => {
    check(ALL, ({ simulation }) => {
      for (const { instance } of simulation.turns)
        if (instance)
          expect(instance.deadline !== undefined).toBe(
            instance.status === 'running' || instance.status === 'compensating',
          );
    });
  });

  it('compensates only what it sent, the last first', () => {
    check(ALL, (world) => {
      settle(world);
      const sent = world.simulation.sent.map(({ type }) => type.name);
      const compensated = steps.flatMap((step, index) => {
        const at = step.compensation ? sent.indexOf(step.compensation.command.name) : -1;
        if (at >= 0) expect(sent.slice(0, at)).toContain(step.command.name);
        return at >= 0 ? [{ index, at }] : [];
      });
      const inTime = [...compensated].sort((a, b) => a.at - b.at).map(({ index }) => index);
      expect(inTime).toEqual([...inTime].sort((a, b) => b - a));
    });
  });

  it('never compensates once its pivot was answered well, and sends nothing once it has ended', () => {
    check(ALL, (world) => {
      settle(world);
      let past = false;
      for (const { events, sent, instance } of world.simulation.turns) {
        past ||= events.some((event) => event.type === 'answered' && 'step' in event && event.step === 'pay');
        if (past) expect(events.map(({ type }) => type)).not.toContain('failed');
        if (instance && isEnded(instance)) expect(sent).toEqual([]);
      }
    });
  });

  it('leaves nothing behind that it has undone, and has done everything when it is completed', () => {
    check(HARMLESS, (world) => {
      settle(world);
      const { status } = world.simulation.instance ?? {};
      const done = steps.map(({ name }) => world.records.get(name) === 'done');
      if (status === 'completed') expect(done).toEqual(steps.map(() => true));
      if (status === 'compensated' || status === 'cancelled') expect(done).toEqual(steps.map(() => false));
    });
  });

  it('is what its history says', () => {
    check(ALL, ({ simulation }) => {
      const events = simulation.turns.flatMap((turn) => turn.events as readonly StepEvent[]);
      const folded = events.reduce<SagaState | undefined>(
        (state, event) => definition.evolve(state as never, event),
        undefined,
      );
      const { status, step, label, data, deadline } = simulation.instance ?? {};
      if (folded) expect({ status, step, label, data, deadline }).toEqual({ ...folded, progress: undefined });
    });
  });

  it('counts every transition', () => {
    check(ALL, ({ simulation }) => {
      let version = 0;
      for (const { events, instance } of simulation.turns) {
        if (!instance) continue;
        expect(instance.version).toBe(events.length > 0 && instance.version > version ? version + 1 : version);
        version = instance.version;
      }
    });
  });
});
