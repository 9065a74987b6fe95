import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMermaid } from './mermaid';
import { delivery, messages } from './readme.example';
import { ends, inState, scenario, sends } from './testing';

const { ParcelBooked, Collected, Undeliverable, Return, Returned } = messages;
const parcel = { parcelId: '01890000-0000-7000-8000-000000000001' };
const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it('shows the example as it is', () => {
    const example = readFileSync(join(__dirname, 'readme.example.ts'), 'utf8')
      .replace('./index', '@comptoir/saga')
      .split('\nexport const messages')[0];
    expect(readme).toContain(`\`\`\`ts\n${example?.trim()}\n\`\`\``);
  });

  it('shows the diagram of the example', () => {
    expect(readme).toContain(`\`\`\`mermaid\n${toMermaid(delivery)}\`\`\``);
  });

  it('shows a test of the example, which is this one', () => {
    const shown = /```ts\n(scenario\(delivery\)[\s\S]+?)```/.exec(readme)?.[1]?.replace(/\s+/g, '');
    expect(readFileSync(__filename, 'utf8').replace(/\s+/g, '')).toContain(shown ?? 'nothing is shown');
    scenario(delivery)
      .given(ParcelBooked(parcel), Collected(parcel))
      .when(Undeliverable({ ...parcel, reason: 'nobody in' }))
      .then(sends(Return({ ...parcel, why: 'nobody in' })), inState('ON_THE_WAY'))
      .when(Returned(parcel))
      .then(ends('compensated', 'CANCELLED'));
  });
});
