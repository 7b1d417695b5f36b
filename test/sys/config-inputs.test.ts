import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInputs, fingerprint, inputFolders } from '../../src/sys/config-inputs.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('what a declaration was read from', () => {
  it('has the same fingerprint until something of it is touched, comes or goes', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'reconcile.yaml');
    mkdirSync(join(folder, 'jobs'));
    writeFileSync(file, 'a');
    const inputs = createInputs();
    inputs.paths.add(file).add(join(folder, 'absent.yaml'));
    inputs.globs.push({ pattern: 'jobs/*.yaml', folder });
    let last = '';
    const isNew = (): boolean => {
      const before = last;
      last = fingerprint(inputs);
      return last !== before;
    };
    expect(isNew()).toBe(true);
    expect(isNew()).toBe(false);
    writeFileSync(file, 'bb');
    expect(isNew()).toBe(true);
    utimesSync(file, 1, 1);
    expect(isNew()).toBe(true);
    writeFileSync(join(folder, 'jobs/one.yaml'), '');
    expect(isNew()).toBe(true);
    writeFileSync(join(folder, 'jobs/notes.txt'), '');
    expect(isNew()).toBe(false);
    writeFileSync(join(folder, 'absent.yaml'), '');
    expect(isNew()).toBe(true);
    renameSync(file, join(folder, 'real.yaml'));
    expect(isNew()).toBe(true);
    symlinkSync(join(folder, 'real.yaml'), file);
    expect(isNew()).toBe(true);
    rmSync(join(folder, 'real.yaml'));
    expect(isNew()).toBe(true);
  });

  it('is awaited in the folders of its files and patterns, by the names that matter', () => {
    const inputs = createInputs();
    inputs.paths.add('/home/ada/reconcile.yaml');
    inputs.globs.push(
      { pattern: 'jobs/*.yaml', folder: '/home/ada' },
      { pattern: '/etc/r/*/x.yml', folder: '/home/ada' },
    );
    const folders = inputFolders(inputs);
    expect([...folders.keys()].sort()).toEqual(['/etc/r', '/home/ada', '/home/ada/jobs']);
    const matters = (folder: string, name: string) => folders.get(folder)?.(name);
    expect([matters('/home/ada', 'reconcile.yaml'), matters('/home/ada', 'web.log')]).toEqual([true, false]);
    expect([matters('/home/ada/jobs', 'new.yaml'), matters('/home/ada/jobs', 'web.log')]).toEqual([
      true,
      false,
    ]);
  });
});
