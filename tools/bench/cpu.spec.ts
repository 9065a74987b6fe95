import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuOf, treeOf, usageIn } from './cpu';

describe('CPU of process trees', () => {
  it('reads what a process and its ended children used, whatever its name is', () => {
    const stat = '4242 (beam) S (x)) S 77 4242 4242 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 9 0 12345 1 2';
    expect(usageIn(stat)).toEqual({ parent: 77, ticks: 127 });
  });

  it('takes the roots and what descends from them', () => {
    const parents = new Map([[10, 1], [11, 10], [12, 11], [20, 1], [21, 20]]);
    expect(treeOf([10], parents).sort()).toEqual([10, 11, 12]);
    expect(treeOf([10, 12], parents).sort()).toEqual([10, 11, 12]);
  });

  it('is not known for a process that is gone, or where none is named', () => {
    expect(cpuOf({ gone: [2 ** 30], none: [] })).toEqual({ gone: undefined, none: undefined });
  });

  (process.platform === 'linux' ? it : it.failing)('counts what a child burnt before it ended', async () => {
    const before = cpuOf({ us: [process.pid] }).us ?? NaN;
    const child = spawn(process.execPath, ['-e', 'const end = Date.now() + 300; while (Date.now() < end);']);
    await once(child, 'exit');
    expect((cpuOf({ us: [process.pid] }).us ?? NaN) - before).toBeGreaterThan(100);
  });
});
