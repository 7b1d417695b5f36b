import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockOwner, takeLock } from '../../src/emulator/lock.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('the lock', () => {
  it('is had by one', () => {
    const folder = temporaryFolder();
    expect(lockOwner(folder)).toBeNull();
    expect(takeLock(folder)).toEqual({ taken: true });
    expect(lockOwner(folder)).toBe(process.pid);
    expect(takeLock(folder)).toEqual({ taken: false, pid: process.pid });
  });

  it.each([
    ['a dead owner', JSON.stringify({ pid: 2 ** 22 + 1, started: '1' })],
    ['an owner whose pid is another’s by now', JSON.stringify({ pid: process.pid, started: '1' })],
    ['damage', '{'],
  ])('is taken over from %s, by the next number', (_name, content) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock.7'), content);
    expect(lockOwner(folder)).toBeNull();
    expect(takeLock(folder)).toEqual({ taken: true });
    expect(readdirSync(folder)).toEqual(['lock.8']);
  });
});
