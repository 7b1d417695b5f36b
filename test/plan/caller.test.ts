import { describe, expect, it } from 'vitest';
import type { ObservedJob } from '../../src/model/observed.ts';
import type { Action, Change } from '../../src/model/plan.ts';
import { type Caller, whyCaller, withoutCaller } from '../../src/plan/caller.ts';

const LABEL = 'com.example.web';
const target = { domain: 'gui/501', label: LABEL } as const;

const STOPPING: readonly Action[] = [
  { action: 'bootout', ...target },
  { action: 'kickstart', ...target, kill: true },
];
const HARMLESS: readonly Action[] = [
  { action: 'kickstart', ...target, kill: false },
  { action: 'bootstrap', ...target, path: '/Users/ada/Library/LaunchAgents/com.example.web.plist' },
  { action: 'forget', ...target },
];

const change = (actions: readonly Action[]): Change => ({
  instance: 'web',
  ...target,
  op: 'update',
  reasons: ['changed'],
  restarts: true,
  starts: false,
  blocked: null,
  plist: '/Users/ada/Library/LaunchAgents/com.example.web.plist',
  fields: [],
  actions,
  deferred: null,
  after: [],
  stopTimeout: 5,
});

const running: ObservedJob = { ...target, service: { state: 'proven', pid: 77 }, disabled: null };
const nobody: Caller = { service: null, ancestry: [100, 99, 1] };
const child: Caller = { service: null, ancestry: [100, 77, 1] };
const named: Caller = { service: LABEL, ancestry: [100, 1] };

describe('withoutCaller', () => {
  it.each(STOPPING)('blocks all of a change that would end who plans it: $action', (action) => {
    for (const caller of [child, named]) {
      const plan = { stack: 's', launchd: 'system', changes: [change([action])], diagnostics: [] } as const;
      expect(withoutCaller(plan, { jobs: [running] }, caller).changes[0]).toMatchObject({
        op: 'update',
        actions: [],
        restarts: false,
        blocked: { code: 'job/is-caller', hint: expect.stringContaining('--detach-self') },
      });
    }
  });

  it('says by which process it knows', () => {
    expect(whyCaller(change(STOPPING), { jobs: [running] }, child)?.message).toContain('(process 77)');
    expect(whyCaller(change(STOPPING), { jobs: [] }, named)?.message).not.toContain('process 77');
  });

  it('leaves a change alone that ends nobody, or somebody else', () => {
    expect(whyCaller(change(HARMLESS), { jobs: [running] }, child)).toBeNull();
    expect(whyCaller(change(STOPPING), { jobs: [running] }, nobody)).toBeNull();
    // What launchd gives to programs that are no job of its folders, such as a terminal.
    for (const service of ['0', 'application.com.apple.Terminal.1', `${LABEL}.helper`])
      expect(whyCaller(change(STOPPING), { jobs: [] }, { ...named, service })).toBeNull();
  });
});
