import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { pgUnitOfWork } from './postgres/unit-of-work';
import { loyalty, messages, orderPaid } from './readme.example';
import { handling, message } from './testing';
import { testbed, type Testbed } from './testing/testbed';

const { OrderPaid, PointsEarned } = messages;

const read = (file: string) => readFileSync(join(__dirname, file), 'utf8');
const example = read('readme.example.ts').replace('./index', '@comptoir/messaging').split('\nexport const messages')[0]?.trim();

test('the README shows the example as it is, that of the whole tree its handler', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${example}\n\`\`\``);
  const handler = example?.slice(example.indexOf('export const orderPaid'));
  expect(read('../../../README.md')).toContain(`\`\`\`ts\n${handler}\n\`\`\``);
});

describe('the example', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await testbed(loyalty, { tables: 'CREATE TABLE account (customer text PRIMARY KEY, points int)' });
  });
  afterAll(() => bed.stop());

  const paid = (customer: string, pence: number) => bed.wire(OrderPaid({ orderId: uuidv7(), customer, pence }));
  const points = () => bed.rows('SELECT customer, points FROM account ORDER BY customer');

  it('counts every paid order once, however often and together with whatever it comes', async () => {
    const twice = paid('ada', 1250);
    await bed.publish(twice, paid('ada', 899), twice, paid('bob', 100));
    await bed.start();
    await eventually(async () => {
      expect(await points()).toEqual([
        { customer: 'ada', points: 20 },
        { customer: 'bob', points: 1 },
      ]);
      expect(await bed.rows('SELECT stream, version FROM messaging.stream ORDER BY stream')).toEqual([
        { stream: 'customer-ada', version: 2 },
        { stream: 'customer-bob', version: 1 },
      ]);
    });
  });

  it('is tested without a broker too, as the README shows', async () => {
    const { pool } = await bed.start();
    const shown = /```ts\n(const paid = handling[\s\S]+?)```/.exec(read('../README.md'))?.[1];
    expect(read('readme.int.spec.ts').replace(/\s+/g, '')).toContain(shown?.replace(/\s+/g, '') ?? 'nothing is shown');
    {
      const paid = handling(orderPaid, { unitOfWork: pgUnitOfWork(pool) });
      const order = message(OrderPaid, { orderId: uuidv7(), customer: 'eve', pence: 1250 });
      expect(await paid(order)).toEqual([[PointsEarned({ customer: 'eve', points: 12 })]]);
    }
  });
});
