import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/desired/policy.ts';
import { BARE_CONDITIONS, type ExitKind, restartsAfter } from '../../src/launchd/keep-alive.ts';
import type { RestartPolicy } from '../../src/model/job.ts';
import { keysOf } from './support.ts';

const NAMES: readonly RestartPolicy[] = ['always', 'on-failure', 'on-success', 'on-crash', 'never'];

const ENDS: readonly (readonly [ExitKind, 'success' | 'failure' | 'crash'])[] = [
  [{ code: 0 }, 'success'],
  [{ code: 1 }, 'failure'],
  [{ code: 139 }, 'failure'],
  [{ signal: 15 }, 'failure'],
  [{ signal: 9 }, 'failure'],
  [{ signal: 11 }, 'crash'],
  [{ signal: 6 }, 'crash'],
];

describe('the restart policies', () => {
  it('are these five', () => {
    expect(Object.keys(POLICIES)).toEqual(NAMES);
  });

  it.each(NAMES)('%s does what the rules of launchd say of its KeepAlive', (name) => {
    const { keepAlive, after } = POLICIES[name];
    for (const [exit, kind] of ENDS)
      expect(restartsAfter(keepAlive, exit, BARE_CONDITIONS)).toBe(after[kind]);
  });

  it.each(NAMES)('%s says in words what happens after exit 0', (name) => {
    const { after, words } = POLICIES[name];
    const stays = words.slice(words.indexOf('stays down'));
    expect(stays.includes('exit 0') || stays === words).toBe(!after.success && name !== 'always');
  });

  it.each(NAMES)('%s reaches the plist', (name) => {
    const { KeepAlive: keepAlive } = keysOf({ command: ['/bin/x'], restart: { policy: name } });
    expect(keepAlive === undefined).toBe(name === 'never');
  });
});
