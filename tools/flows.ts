import { join } from 'node:path';
import { NO_FLOW, type ServiceDefinition } from '@comptoir/messaging';
import { checkFlows, flowMap, flowToMermaid, type Flow, type FlowPart } from '@comptoir/saga';
import { runTool, ToolError } from './fail';
import { keepUpToDate } from './generated-file';
import { ROOT } from './root';
import { declaredServices } from './topology';

/** Written by `npm run flows`, compared by a test. */
export const FLOWS_FILE = join(ROOT, 'docs', 'flows.md');

/** The text `docs/flows.md` must have. Refuses flows that cannot work. */
export function flowsText(services: readonly ServiceDefinition[]): string {
  const map = flowMap(services);
  const findings = checkFlows(map);
  if (findings.length > 0)
    throw new ToolError('flows', findings.map(({ code, flow, sentence }) => `${flow}: ${sentence} (${code})`).join('\n'));
  return `${INTRODUCTION}\n${map.flows.map(pageOf).join('\n')}`;
}

const INTRODUCTION = `# Flows

Written by \`npm run flows\` from what the services declare; a test fails when it is out of date, and when a flow has an event
that nobody consumes, a failure without an end, a wait without a deadline, or a step without its compensation. Whole lines go
forward, dotted ones follow a failure. A hexagon is the pivot, the point of no return; a slanted box undoes something; what is
rounded is an end.
`;

function pageOf(flow: Flow): string {
  const title = flow.name === NO_FLOW ? 'In no flow' : flow.name;
  const terminal = flow.messages.filter((message) => message.terminal).map(({ name }) => `\`${name}\``);
  return [
    `## ${title}`,
    ...(flow.starts.length > 0 ? [`Starts with ${flow.starts.map((name) => `\`${name}\``).join(', ')}.`] : []),
    ...(terminal.length > 0 ? [`Nobody has to consume ${terminal.join(', ')}.`] : []),
    '',
    `\`\`\`mermaid\n${flowToMermaid(flow)}\`\`\``,
    '',
    '| who | as | on | says | undone by |',
    '| --- | --- | --- | --- | --- |',
    ...flow.parts.map(rowOf),
    '',
  ].join('\n');
}

function rowOf({ service, name, role, kind, on, emits, refusals, undoneBy, ends }: FlowPart): string {
  const says = [...emits.map((message) => `\`${message}\`${refusals.includes(message) ? ' (no)' : ''}`), ...(ends ? ['the end'] : [])];
  const cells = [
    name ? `${service}: ${name}` : service,
    role === 'undo' || kind === undefined ? role : `${role}, ${kind}`,
    on.map((message) => `\`${message}\``).join(', '),
    says.join(', '),
    undoneBy.map((message) => `\`${message}\``).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

async function main(args: readonly string[]): Promise<void> {
  const make = async () => flowsText((await declaredServices()).services);
  console.log(await keepUpToDate(FLOWS_FILE, { command: 'npm run flows', args, make }));
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
