import type { MessageType } from '@comptoir/contracts';
import { inWords } from './duration';
import type { SagaOfSteps, StepList, StepRule, UndoRule } from './steps/step-list';

const word = (text: string) => text.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
const nameOf = ({ action }: MessageType) => word(action);
const names = (types: readonly MessageType[]) => types.map(nameOf).join(' / ');

/**
 * The definition as a Mermaid flowchart: forward with whole lines, back with dotted ones. A hexagon is the pivot, the point
 * of no return.
 */
export function toMermaid({ list }: Pick<SagaOfSteps, 'list'>): string {
  const lines = ['flowchart TD', `  start([${nameOf(list.start.event)}]) --> ${forward(0)}`];
  list.steps.forEach((step, index) => lines.push(...stepLines(list, step, index)));
  list.steps.forEach((step, index) => {
    if (step.compensation)
      lines.push(...undoLines(list, backward(index), step.compensation, `undo ${step.name}`, backFrom(list, index)));
  });
  if (list.abort) lines.push(...undoLines(list, 'abort', list.abort, 'abort', 'aborted'));
  lines.push(`  completed([${list.stateLabels.completed}])`, `  aborted([${list.stateLabels.aborted}])`);
  if (lines.some((line) => line.endsWith(' parked'))) lines.push('  parked[/parked: a person decides/]');
  return `${lines.join('\n')}\n`;
}

const forward = (index: number) => `step${index + 1}`;
const backward = (index: number) => `undo${index + 1}`;

/** Where a saga goes that turns back at a step without undoing it. */
function backFrom(list: StepList, index: number): string {
  const before = list.steps.slice(0, index).findLastIndex(({ compensation }) => compensation);
  if (before >= 0) return backward(before);
  return list.abort ? 'abort' : 'aborted';
}

function stepLines(list: StepList, step: StepRule, index: number): string[] {
  const { name, kind, command, answers, compensation, deadlineMs, retry } = step;
  const [open, close] = kind === 'pivot' ? ['{{', '}}'] : ['[', ']'];
  const here = forward(index);
  const next = index + 1 < list.steps.length ? forward(index + 1) : 'completed';
  const back = backFrom(list, index);
  const lines = [`  ${here}${open}"${name}<br>${nameOf(command)}"${close}`];
  for (const rule of answers) {
    if (rule.outcome === 'success') lines.push(`  ${here} -->|${nameOf(rule.event)}| ${next}`);
    else lines.push(`  ${here} -.->|${nameOf(rule.event)}| ${kind === 'retriable' ? 'parked' : back}`);
  }
  if (kind === 'compensatable')
    lines.push(`  ${here} -.->|no answer in ${inWords(deadlineMs)}| ${compensation ? backward(index) : back}`);
  else
    lines.push(
      `  ${here} -.->|no answer in ${inWords(deadlineMs)}: again| ${here}`,
      `  ${here} -.->|sent ${retry.attempts} times| parked`,
    );
  return lines;
}

function undoLines(
  list: StepList,
  here: string,
  { command, doneBy, retry }: UndoRule,
  label: string,
  next: string,
): string[] {
  const refusals = command.answers.filter((answer) => !doneBy.some(({ name }) => name === answer.name));
  return [
    `  ${here}["${label}<br>${nameOf(command)}"]`,
    `  ${here} -.->|${names(doneBy)}| ${next}`,
    ...(refusals.length > 0 ? [`  ${here} -.->|${names(refusals)}| parked`] : []),
    `  ${here} -.->|sent ${retry.attempts} times| parked`,
  ];
}
