import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMermaid } from './mermaid';
import { delivery, messages } from './readme.example';
import { ends, inState, scenario, sends } from './testing';

const { ParcelBooked, Collected, Undeliverable, Return, Returned } = messages;
const parcel = { parcelId: '01890000-0000-7000-8000-000000000001' };
const read = (file: string) => readFileSync(join(__dirname, file), 'utf8');

describe.each(['../README.md', '../../../README.md'])('%s', (file) => {
  const readme = read(file);

  it('shows the example as it is', () => {
    const example = read('readme.example.ts')
      .replace('./index', '@comptoir/saga')
      .split('\nexport const messages')[0];
    expect(readme).toContain(`\`\`\`ts\n${example?.trim()}\n\`\`\``);
  });

  it('shows a test of the example, which is this one', () => {
    const shown = /```ts\n(scenario\(delivery\)[\s\S]+?)```/.exec(readme)?.[1]?.replace(/\s+/g, '');
    expect(read('readme.spec.ts').replace(/\s+/g, '')).toContain(shown ?? 'nothing is shown');
    scenario(delivery)
      .given(ParcelBooked(parcel), Collected(parcel))
      .when(Undeliverable({ ...parcel, reason: 'nobody in' }))
      .then(sends(Return({ ...parcel, why: 'nobody in' })), inState('ON_THE_WAY'))
      .when(Returned(parcel))
      .then(ends('compensated', 'CANCELLED'));
  });
});

test('the README shows the diagram of the example', () => {
  expect(read('../README.md')).toContain(`\`\`\`mermaid\n${toMermaid(delivery)}\`\`\``);
});

test.each(['holdRefund', 'settle'])('the README shows the reaction %s as it is', (name) => {
  const declaration = new RegExp(`export const ${name} = reaction[\\s\\S]+?\n}\\);`).exec(read('flows/refund.example.ts'))?.[0];
  expect(read('../README.md')).toContain(`\`\`\`ts\n${declaration ?? 'nothing'}\n\`\`\``);
});

test('the README lists the codes of the check', () => {
  const codes = [...read('flows/check.ts').matchAll(/^  \| '([a-z-]+)'/gm)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) expect(read('../README.md')).toContain(`\`${code}\``);
});
