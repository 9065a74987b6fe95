import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMermaid } from '@comptoir/saga';
import { orderFulfilment } from './order-fulfilment';

test.each(['../README.md', '../../../README.md'])('%s shows the saga as it is', (file) => {
  const readme = readFileSync(join(__dirname, file), 'utf8');
  expect(readme).toContain(`\`\`\`mermaid\n${toMermaid(orderFulfilment)}\`\`\``);
});
