import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemPaths } from '../../src/emulator/path-watch.ts';
import type { Reach } from '../../src/emulator/ports.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** Watches a path of the real file system. */
function watching(path: string, reach: Reach): { heard(change: () => void): Promise<void>; calls(): number } {
  const problems: string[] = [];
  let calls = 0;
  const watch = systemPaths((line) => problems.push(line)).watch([path], () => (calls += 1), reach);
  onTestFinished(() => {
    watch.close();
    expect(problems).toEqual([]);
  });
  return {
    calls: () => calls,
    /** The change is heard. */
    async heard(change) {
      const before = calls;
      change();
      await until(() => calls > before);
      // The rest of this change, so that the next one is not taken for it.
      await turn();
    },
  };
}

const write = (path: string, text = 'x'): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

describe('a watched tree', () => {
  it('hears a file that is made, modified, removed and replaced by rename', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    const { heard } = watching(file, 'tree');
    await heard(() => write(file));
    await heard(() => write(file, 'other'));
    await heard(() => unlinkSync(file));
    for (let round = 0; round < 3; round += 1)
      await heard(() => {
        write(join(folder, 'new'));
        renameSync(join(folder, 'new'), file);
      });
    await heard(() => write(file, 'after the rename'));
  });

  it('hears a missing path come through all its missing folders', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'not', 'yet', 'there', 'file');
    const { heard } = watching(file, 'tree');
    await heard(() => write(file));
    await heard(() => write(file, 'again'));
    await heard(() => rmSync(join(folder, 'not'), { recursive: true }));
    await heard(() => write(file, 'once more'));
  });

  it('hears anything below a folder, also in folders made later, and in none that was moved out', async () => {
    const folder = temporaryFolder();
    const tree = join(folder, 'tree');
    write(join(tree, 'a', 'b', 'file'));
    const { heard, calls } = watching(tree, 'tree');
    await heard(() => write(join(tree, 'a', 'b', 'file'), 'deep'));
    await heard(() => mkdirSync(join(tree, 'new', 'folder'), { recursive: true }));
    await heard(() => write(join(tree, 'new', 'folder', 'file')));
    await heard(() => write(join(tree, 'new', 'folder', 'file'), 'modified'));
    await heard(() => renameSync(join(tree, 'a'), join(folder, 'out')));
    const before = calls();
    write(join(folder, 'out', 'b', 'file'), 'not of the tree any more');
    await heard(() => write(join(tree, 'last')));
    expect(calls()).toBeLessThanOrEqual(before + 2);
  });

  it('follows a folder that is replaced by rename', async () => {
    const folder = temporaryFolder();
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    const { heard } = watching(tree, 'tree');
    await heard(() => {
      mkdirSync(join(folder, 'next'));
      renameSync(tree, join(folder, 'old'));
      renameSync(join(folder, 'next'), tree);
    });
    await heard(() => write(join(tree, 'in-the-new-one')));
  });

  it('follows a link that is pointed elsewhere, and what it points to', async () => {
    const folder = temporaryFolder();
    for (const name of ['one', 'two']) write(join(folder, name, 'conf'));
    symlinkSync('one', join(folder, 'current'));
    const { heard } = watching(join(folder, 'current', 'conf'), 'tree');
    await heard(() => write(join(folder, 'one', 'conf'), 'modified'));
    await heard(() => {
      symlinkSync('two', join(folder, 'next'));
      renameSync(join(folder, 'next'), join(folder, 'current'));
    });
    await heard(() => write(join(folder, 'two', 'conf'), 'modified'));
  });

  it('hears no neighbour', async () => {
    const folder = temporaryFolder();
    const { heard, calls } = watching(join(folder, 'mine'), 'tree');
    for (let count = 0; count < 20; count += 1) write(join(folder, `other-${count}`));
    await heard(() => mkdirSync(join(folder, 'mine')));
    expect(calls()).toBe(1);
  });
});

describe('watched entries', () => {
  it('are heard when they come and go, not when they are modified', async () => {
    const queue = join(temporaryFolder(), 'spool', 'in');
    const { heard, calls } = watching(queue, 'entries');
    await heard(() => mkdirSync(queue, { recursive: true }));
    await heard(() => write(join(queue, 'letter')));
    const before = calls();
    write(join(queue, 'letter'), 'longer');
    utimesSync(join(queue, 'letter'), 1, 1);
    await heard(() => unlinkSync(join(queue, 'letter')));
    expect(calls()).toBe(before + 1);
  });
});

describe('watched presence', () => {
  it('is that of the path, and of what a link leads to', async () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'far', 'away'), join(folder, 'link'));
    const { heard, calls } = watching(join(folder, 'link'), 'presence');
    await heard(() => write(join(folder, 'far', 'away')));
    const before = calls();
    write(join(folder, 'far', 'away'), 'longer');
    await heard(() => unlinkSync(join(folder, 'far', 'away')));
    expect(calls()).toBe(before + 1);
  });

  it('survives links that lead in a circle', () => {
    const folder = temporaryFolder();
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(watching(join(folder, 'a', 'x'), 'tree').calls()).toBe(0);
  });
});

describe('a path that cannot be watched', () => {
  it('is told in the log', () => {
    const lines: string[] = [];
    systemPaths((line) => lines.push(line)).watch(['~/Documents', 'relative'], () => {});
    expect(lines).toEqual(
      ['~/Documents', 'relative'].map((path) => `${path} is not watched: it is no absolute path`),
    );
  });
});

describe('a folder', () => {
  it('holds entries when anything is in it, hidden files too', () => {
    const { holdsEntries } = systemPaths(() => {});
    const folder = temporaryFolder();
    expect(holdsEntries(folder)).toBe(false);
    write(join(folder, '.hidden'));
    expect(holdsEntries(folder)).toBe(true);
    expect(holdsEntries(join(folder, '.hidden'))).toBe(false);
    expect(holdsEntries(join(folder, 'missing'))).toBe(false);
  });
});
