import { join } from 'node:path';
import { NO_FLOW, type ServiceDefinition } from '@comptoir/messaging';
import { checkFlows, eventsOnly, flowMap, flowToMermaid, type Flow, type FlowMap, type FlowPart } from '@comptoir/saga';
import { runTool, ToolError } from './fail';
import { keepUpToDate } from './generated-file';
import { ROOT } from './root';
import { declaredServices } from './topology';

/** Written by `npm run flows`, compared by a test. */
export const FLOWS_FILE = join(ROOT, 'docs', 'flows.md');

/** The same as data, for the one app that follows conversations: it hears events only, and imports no other app. */
export const FLOW_MAP_FILE = join(ROOT, 'apps', 'views', 'src', 'conversations', 'flow-map.ts');

/** The text `docs/flows.md` must have. Refuses flows that cannot work. */
export function flowsText(services: readonly ServiceDefinition[]): string {
  const map = checked(services);
  return `${INTRODUCTION}\n${map.flows.map(pageOf).join('\n')}`;
}

/** The text of the map as data. Refuses flows that cannot work. */
export const flowMapText = (services: readonly ServiceDefinition[]): string => flowMapSource(eventsOnly(checked(services)));

/** A part a line, so that a change shows what has changed. */
export function flowMapSource({ flows }: FlowMap): string {
  const list = (items: readonly unknown[]) => items.map((item) => `      ${JSON.stringify(item)},\n`).join('');
  const texts = flows.map(
    ({ name, starts, parts, messages }) =>
      `  {\n    name: ${JSON.stringify(name)},\n    starts: ${JSON.stringify(starts)},\n    parts: [\n${list(parts)}    ],\n    messages: [\n${list(messages)}    ],\n  },\n`,
  );
  return `${DATA_INTRODUCTION}export const FLOW_MAP: FlowMap = { flows: [\n${texts.join('')}] };\n`;
}

const DATA_INTRODUCTION = `import type { FlowMap } from '@comptoir/saga';

/** Written by \`npm run flows\` from what the services declare, as far as events tell; a test fails when it is out of date. */
`;

function checked(services: readonly ServiceDefinition[]): FlowMap {
  const map = flowMap(services);
  const findings = checkFlows(map);
  if (findings.length > 0)
    throw new ToolError('flows', findings.map(({ code, flow, sentence }) => `${flow}: ${sentence} (${code})`).join('\n'));
  return map;
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
  const { services } = await declaredServices();
  for (const [file, text] of [[FLOWS_FILE, flowsText], [FLOW_MAP_FILE, flowMapText]] as const)
    console.log(await keepUpToDate(file, { command: 'npm run flows', args, make: async () => text(services) }));
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
