import { InvalidDefinition } from '../errors';
import type { StepList, StepRule, UndoRule } from './step-list';
import { ABORT } from './step-list';

const ORDER = { compensatable: 0, pivot: 1, retriable: 2 };

/** Refuses a definition that cannot work. Runs once, when it is built. */
export function checkList(list: StepList): void {
  const wrong = (problem: string, data: Record<string, unknown> = {}) => {
    throw new InvalidDefinition(`Saga ${list.type}: ${problem}`, { saga: list.type, version: list.version, ...data });
  };
  if (!/^[a-z][a-z0-9-]*$/.test(list.type)) wrong('its type is part of routing keys and must be kebab case');
  if (!Number.isInteger(list.version) || list.version < 1) wrong('its version counts from 1');
  if (list.steps.length === 0) wrong('it has no steps');

  const names = list.steps.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) wrong(`two steps are named ${twice}`, { step: twice });
  const unnamed = names.find((name) => !/^[a-z][a-z0-9-]*$/.test(name));
  if (unnamed !== undefined) wrong(`"${unnamed}" is no name for a step: kebab case, please`);
  const labels = [...Object.values(list.stateLabels), ...list.steps.flatMap(labelsReached)];
  if (labels.some((label) => !/^[\x21-\x7e]+$/.test(label))) wrong('a state is one word of printable characters');
  if (names.includes(ABORT)) wrong(`no step may be named ${ABORT}: that is the position of onAbort`);

  list.steps.forEach((step, index) => {
    const before = list.steps[index - 1];
    if (before && ORDER[step.kind] < ORDER[before.kind])
      wrong(
        `${step.kind} step ${step.name} comes after ${before.kind} step ${before.name}; the order is compensatable, pivot, retriable`,
      );
    if (before?.kind === 'pivot' && step.kind === 'pivot') wrong(`${before.name} and ${step.name} are both the pivot`);
    const problem = problemOfStep(step) ?? (step.compensation && problemOfUndo(step.compensation));
    if (problem) wrong(`step ${step.name} ${problem}`, { step: step.name });
  });

  const problem = list.abort && problemOfUndo(list.abort);
  if (problem) wrong(`onAbort ${problem}`);
  const asked = list.steps.flatMap((step) => [step.command, ...(step.compensation ? [step.compensation.command] : [])]);
  const answers = [...asked, ...(list.abort ? [list.abort.command] : [])].flatMap((command) => command.answers);
  if (answers.some(({ name }) => name === list.start.event.name))
    wrong(`${list.start.event.name} both starts it and answers one of its commands`);
}

/** The states a step's answers may bring the saga to. */
export const labelsReached = ({ answers }: StepRule): string[] =>
  answers.flatMap((rule) => (rule.outcome === 'success' && rule.reaches !== undefined ? [rule.reaches] : []));

function problemOfStep({ kind, command, answers, compensation, undoneBy }: StepRule): string | undefined {
  if (kind !== 'compensatable' && (compensation || undoneBy.length > 0)) return `is ${kind} and so is never compensated`;
  const seen = new Set<string>();
  for (const { event } of answers) {
    if (!command.answers.some(({ name }) => name === event.name))
      return `waits for ${event.name}, which does not answer ${command.name}`;
    if (seen.has(event.name)) return `deals with ${event.name} twice`;
    seen.add(event.name);
  }
  const missing = command.answers.find(({ name }) => !seen.has(name));
  if (missing) return `does not deal with ${missing.name}, an answer of ${command.name}`;
  if (!answers.some(({ outcome }) => outcome === 'success')) return 'can never succeed: it has no on()';
  return undefined;
}

function problemOfUndo({ command, doneBy }: UndoRule): string | undefined {
  const foreign = doneBy.find((event) => !command.answers.some(({ name }) => name === event.name));
  if (foreign) return `is done by ${foreign.name}, which does not answer ${command.name}`;
  if (doneBy.length === 0) return `is never done: ${command.name} has no answer`;
  if (command.answers.length > 1 && doneBy === command.answers)
    return `must say by which answers of ${command.name} it is done (doneBy)`;
  return undefined;
}
