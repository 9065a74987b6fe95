import { inWords } from '../duration';
import { labelOf, type Flow, type FlowPart } from './part';
import { consumersOf, saidGoingWell } from './paths';

/**
 * One flow: who says what to whom. Whole lines go forward, dotted ones follow a failure. A hexagon is the pivot, the point of
 * no return; a slanted box undoes something; a rounded end is a terminal event, or a saga's end.
 */
export function flowToMermaid(flow: Flow): string {
  const ids = new Map(flow.parts.map((part, index) => [part, `p${index + 1}`]));
  const lines = ['flowchart TD', ...flow.parts.map((part) => `  ${ids.get(part)}${shapeOf(part)}`)];
  const ends = new Map<string, string>();
  const forward = saidGoingWell(flow);
  for (const part of flow.parts) {
    const arrows = new Map<string, string[]>();
    const draw = (line: string, target: string, label: string) => {
      const key = `  ${ids.get(part)} ${line}|%| ${target}`;
      arrows.set(key, [...(arrows.get(key) ?? []), label]);
    };
    for (const message of part.emits) {
      const line = forward.has(message) ? '-->' : '-.->';
      const consumers = consumersOf(flow.parts, message);
      const terminal = flow.messages.some((each) => each.name === message && each.terminal);
      for (const each of consumers) draw(line, ids.get(each) ?? '', wordOf(message));
      if (consumers.length > 0 || !terminal) continue;
      const end = ends.get(message) ?? `e${ends.size + 1}`;
      ends.set(message, end);
      draw(line, end, wordOf(message));
    }
    const overdue = part.role === 'peer' ? (part.waits?.asks ?? part.waits?.says) : undefined;
    if (overdue !== undefined)
      for (const each of consumersOf(flow.parts, overdue))
        draw('-.->', ids.get(each) ?? '', `${wordOf(overdue)} after ${inWords(part.waits?.deadlineMs ?? 0)}`);
    for (const [arrow, labels] of arrows) lines.push(arrow.replace('%', labels.join('<br>')));
  }
  return `${[...lines, ...[...ends].map(([event, id]) => `  ${id}([${wordOf(event)}])`)].join('\n')}\n`;
}

/** The action as a word: `StockReturned`. */
const wordOf = (message: string) =>
  (message.split('.')[1] ?? message).replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());

function shapeOf(part: FlowPart): string {
  const label = part.name ? `"${part.service}<br>${part.name}"` : `"${labelOf(part)}"`;
  if (part.ends) return `([${label}])`;
  if (part.kind === 'pivot') return `{{${label}}}`;
  return part.role === 'undo' ? `[/${label}/]` : `[${label}]`;
}
