import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './root';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const within = (folder: string) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
const PAGES = ['.', 'docs', 'docs/adr', 'test', ...within('apps'), ...within('libs')]
  .filter((folder) => statSync(join(ROOT, folder)).isDirectory())
  .flatMap(within)
  .filter((file) => file.endsWith('.md'));

const withoutCode = (markdown: string) => markdown.replace(/```[\s\S]*?```/g, '');
/** A heading's anchor, as forges make it. */
const anchor = (heading: string) =>
  heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');
const anchorsOf = (markdown: string) => [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));

test.each(PAGES)('%s links to what exists', (page) => {
  const broken = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => {
      const [path = '', fragment] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, file))) return true;
      return fragment !== undefined && !anchorsOf(read(file)).includes(fragment);
    });
  expect(broken).toEqual([]);
});

test.each(PAGES)('%s names commands that exist', (page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read(page).matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('the README lists every queue of the topology, and no other', () => {
  const { queues } = JSON.parse(read('rabbitmq/definitions.json')) as { queues: { name: string }[] };
  const work = queues.map(({ name }) => name).filter((name) => !name.endsWith('.dead') && !name.startsWith('retry.'));
  const table = /\| service \| queue [\s\S]*?\n\n/.exec(read('README.md'))?.[0] ?? '';
  const listed = table.split('\n').flatMap((row) => /`([a-z-]+\.[a-z-]+)`/.exec(row.split('|')[2] ?? '')?.[1] ?? []);
  expect([...listed].sort()).toEqual([...work].sort());
});
