import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileOverrides } from '../../src/emulator/overrides.ts';
import { temporaryFolder } from '../support/temporary.ts';

const said: string[] = [];
const open = (folder: string) => fileOverrides(folder, (line) => said.push(line));

describe('the override database', () => {
  it('is shared by the domains of a user, and read by the next daemon', () => {
    const folder = temporaryFolder();
    open(folder).set('gui/501', 'org.example.a', true);
    expect(open(folder).read('user/501')).toEqual({ 'org.example.a': true });
    expect(open(folder).read('system')).toEqual({});
    expect(readdirSync(folder)).toEqual(['disabled.501.plist']);
  });

  it('says nothing else after a disk that refused, and leaves no draft', () => {
    const folder = temporaryFolder();
    const overrides = open(folder);
    // A folder cannot be replaced by a file: the rename fails, as it would on a full disk.
    mkdirSync(join(folder, 'disabled.plist'));
    expect(() => overrides.set('system', 'org.example.a', true)).toThrow();
    expect(overrides.read('system')).toEqual({});
    expect(readdirSync(folder)).toEqual(['disabled.plist']);
  });
});
