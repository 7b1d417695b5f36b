import { describe, expect, it } from 'vitest';
import type { AgentState } from '../../src/model/agent.ts';
import type { JobStatus } from '../../src/model/status.ts';
import { type AgentCircumstances, nextForAgent, renderAgents } from '../../src/report/agent-text.ts';
import { plain, status } from './samples.ts';

const INSTALL = 'reconcile agent install --file /etc/reconcile.yaml';
const USUAL: AgentCircumstances = { install: INSTALL, isAway: false, gone: null, cause: null, throttle: 10 };

const next = (given: Partial<JobStatus>, over: Partial<AgentCircumstances> = {}): string =>
  nextForAgent(status('shop', { label: 'local.reconcile-agent.shop', ...given }), { ...USUAL, ...over });

describe('what to do about an agent', () => {
  it('is nothing while it runs as it was installed', () => {
    expect(next({ verdict: 'running' })).toBe('');
  });

  it('is to install it again where it was changed, disabled or taken out', () => {
    for (const given of [
      { verdict: 'running', plist: 'missing' },
      { verdict: 'running', plist: 'differs' },
      { verdict: 'running', stale: true },
      { verdict: 'disabled' },
      { verdict: 'not-loaded' },
    ] as const)
      expect(next(given)).toContain(`run \`${INSTALL}\``);
  });

  it('is to wait for a login where nobody is logged in', () => {
    const away = 'There is no gui/501 now; it is loaded at the next login.';
    expect(next({ verdict: 'not-loaded', next: away }, { isAway: true })).toBe(away);
  });

  it('goes by its label, since a job of the file may be called like the stack', () => {
    expect(next({ verdict: 'held' })).toContain('`reconcile start local.reconcile-agent.shop`');
    expect(next({ verdict: 'throttled', lastExit: { code: 3 } })).toBe(
      'It ended with exit code 3. launchd starts it again 10 s after its last start; what it said is told by `reconcile logs local.reconcile-agent.shop`.',
    );
  });

  it('names what is gone, and what launchd stumbles over', () => {
    const ended = { verdict: 'throttled', lastExit: { code: 78 } } as const;
    expect(next(ended, { gone: '/opt/old/bin/node' })).toMatch(
      /\/opt\/old\/bin\/node is not there any more: run `reconcile agent install/,
    );
    const cause = { cause: 'The log cannot be written', hint: 'Run `chmod u+w /log`.' };
    expect(next(ended, { cause })).toMatch(/The log cannot be written\. Run `chmod u\+w \/log`\.$/);
  });
});

describe('agent status', () => {
  const agent: AgentState = {
    stack: 'shop',
    status: status('shop', { label: 'local.reconcile-agent.shop', verdict: 'running', pid: 7, next: '' }),
    files: ['/etc/reconcile.yaml'],
    lastRound: 60_000,
    recent: [],
    waitsFor: null,
    isHidden: false,
    log: '/state/loop/shop.log',
    said: { path: '/state/loop/shop.err.log', lines: ['it fell'] },
  };
  const text = (given: Partial<AgentState> = {}): string =>
    renderAgents([{ ...agent, ...given }], [], { style: plain, now: 65_000, clock: (at) => `at ${at}` });

  it('says how it is, what it watches and when it looked', () => {
    expect(text()).toBe(
      [
        'shop  local.reconcile-agent.shop  (gui/501)',
        '    state        running (pid 7)',
        '    file         /etc/reconcile.yaml',
        '    last looked  at 60000, 5 s ago',
        '    log          /state/loop/shop.log',
      ].join('\n'),
    );
  });

  it('says of a file that is not valid whether anything is done, until it is good again', () => {
    const invalid = { event: 'file-invalid', diagnostics: [], keeps: false, at: 1 } as const;
    expect(text({ recent: [invalid] })).toContain(
      '/etc/reconcile.yaml: not valid since at 1; nothing is done until it is put right\n',
    );
    expect(text({ recent: [{ ...invalid, keeps: true }] })).toContain('the last good one stays in force\n');
    const loaded = {
      event: 'file-loaded',
      stack: 'shop',
      file: '/etc/reconcile.yaml',
      jobs: 1,
      diagnostics: [],
      at: 2,
    } as const;
    expect(text({ recent: [invalid, loaded] })).toContain('    file         /etc/reconcile.yaml\n');
  });

  it('shows what it said last where that is why it is down, and not while it waits for another', () => {
    const down = { status: { ...agent.status, verdict: 'failing', pid: null, next: 'Look.' } as const };
    expect(text(down)).toContain(
      '    state        failing: Look.\n    the end of /state/loop/shop.err.log:\n      it fell\n',
    );
    const waiting = text({ ...down, waitsFor: 9 });
    expect(waiting).toContain('waiting: another loop over this stack runs (process 9)');
    expect(waiting).not.toContain('it fell');
  });
});
