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

  it('say in words what they do', () => {
    expect(Object.values(POLICIES).map(({ words }) => words)).toEqual([
      'restarts however it ends',
      'restarts after a failure, a kill or a crash; stays down after exit 0',
      'restarts after exit 0 only; stays down after a failure, a kill or a crash',
      'restarts after a crash only; stays down after exit 0, a failure or a kill',
      'stays down however it ends',
    ]);
  });

  it.each(NAMES)('%s reaches the plist', (name) => {
    const { KeepAlive: keepAlive } = keysOf({ command: ['/bin/x'], restart: { policy: name } });
    expect(keepAlive === undefined).toBe(name === 'never');
  });
});
