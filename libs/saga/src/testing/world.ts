import type { EventType } from '@comptoir/contracts';
import type { Message } from '@comptoir/messaging';
import type { SagaOfSteps, StepRule } from '../steps/step-list';
import type { Sent } from './simulation';
import { Simulation } from './simulation';

/** What a participant has on record for one step of one conversation. */
type Record = 'done' | 'refused' | 'undone' | 'void';

/** Makes the body of an answer; a participant's business is not what is simulated here. */
export type AnswerBody = (event: EventType) => unknown;

/**
 * A saga among participants that keep the rules of the wire: one record per step, a command settled once and answered alike
 * ever after, a compensation that comes first leaves the step void. Everything on the wire lies in one bag, to be taken in
 * any order, twice, or after every deadline.
 */
export class World {
  readonly simulation: Simulation;
  readonly records = new Map<string, Record>();
  private readonly bag: (() => void)[] = [];
  private sentSoFar = 0;

  constructor(
    private readonly definition: SagaOfSteps,
    private readonly bodyOf: AnswerBody,
    /** Whether a participant takes a command it can still choose about. */
    private readonly takes: (step: string) => boolean,
  ) {
    this.simulation = new Simulation(definition);
    const { event } = definition.list.start;
    this.put(this.simulation.messageOf({ type: event, body: bodyOf(event) }));
  }

  get size(): number {
    return this.bag.length;
  }

  /** Takes one of what is on the wire; `keep` leaves it there, to come again. */
  take(choice: number, keep: boolean): void {
    if (this.bag.length === 0) return;
    const index = choice % this.bag.length;
    const [message] = keep ? [this.bag[index]] : this.bag.splice(index, 1);
    message?.();
  }

  /** Something else happens to the saga; what it sends goes on the wire. */
  happen(what: (simulation: Simulation) => void): void {
    what(this.simulation);
    for (const sent of this.simulation.sent.slice(this.sentSoFar)) this.bag.push(() => this.handle(sent));
    this.sentSoFar = this.simulation.sent.length;
  }

  private put(message: Message): void {
    this.bag.push(() => this.happen((simulation) => void simulation.receive(message)));
  }

  private handle({ id, type }: Sent): void {
    const { steps, abort } = this.definition.list;
    const step = steps.find(({ command }) => command.name === type.name);
    const undone = steps.find(({ compensation }) => compensation?.command.name === type.name);
    const answer = step ? this.settle(step) : undone ? this.undo(undone) : abort?.doneBy[0];
    if (answer) this.put(this.simulation.messageOf({ type: answer, body: this.bodyOf(answer) }, id));
  }

  private settle({ name, answers }: StepRule): EventType | undefined {
    const refusal = answers.find(({ outcome }) => outcome === 'refusal')?.event;
    const success = answers.find(({ outcome }) => outcome === 'success')?.event;
    if (!this.records.has(name)) this.records.set(name, !refusal || this.takes(name) ? 'done' : 'refused');
    const record = this.records.get(name);
    return record === 'done' || record === 'undone' ? success : refusal;
  }

  private undo({ name, compensation }: StepRule): EventType | undefined {
    const record = this.records.get(name);
    this.records.set(name, record === 'done' || record === 'undone' ? 'undone' : 'void');
    return compensation?.doneBy[0];
  }
}
