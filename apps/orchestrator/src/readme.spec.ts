import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMermaid } from '@comptoir/saga';
import { orderFulfilment } from './order-fulfilment';

test('the README shows the saga as it is', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  expect(readme).toContain(`\`\`\`mermaid\n${toMermaid(orderFulfilment)}\`\`\``);
});
