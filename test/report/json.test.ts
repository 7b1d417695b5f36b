import { describe, expect, it } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { reportToJson } from '../../src/report/apply-json.ts';
import { jsonDocument } from '../../src/report/document.ts';
import { planToJson } from '../../src/report/plan-json.ts';
import { statusToJson } from '../../src/report/status-json.ts';
import { change, plan, status } from './samples.ts';

const sample = plan(
  [
    change('k3s', {
      op: 'create',
      reasons: ['missing'],
      starts: true,
      fields: [
        {
          key: 'KeepAlive',
          path: ['KeepAlive'],
          before: null,
          after: dict([['SuccessfulExit', false]]),
          source: 'config',
          meaning: 'restarts unless it exits with 0',
          sensitive: false,
        },
        {
          key: 'EnvironmentVariables',
          path: ['EnvironmentVariables', 'API_TOKEN'],
          before: null,
          after: 'hush',
          source: 'config',
          meaning: '',
          sensitive: true,
        },
      ],
      actions: [
        { action: 'bootstrap', domain: 'gui/501', label: 'local.demo.k3s', path: '/p' },
        { action: 'await-loaded', domain: 'gui/501', label: 'local.demo.k3s', starts: true },
      ],
    }),
    change('mail', {
      op: 'adopt',
      reasons: ['foreign'],
      restarts: true,
      blocked: { code: 'job/foreign', message: 'It is there.', hint: 'Adopt it.' },
    }),
    change('web'),
  ],
  [
    {
      code: 'field/odd',
      severity: 'warning',
      message: 'Odd.',
      file: 'f.yaml',
      line: 3,
      column: 5,
      length: 2,
    },
  ],
);

const planned = {
  stack: 'demo',
  launchd: 'system',
  summary: {
    create: 1,
    update: 0,
    reload: 0,
    load: 0,
    delete: 0,
    adopt: 0,
    move: 0,
    noop: 1,
    blocked: 1,
    restarts: 0,
    starts: 1,
  },
  changes: [
    {
      instance: 'k3s',
      label: 'local.demo.k3s',
      domain: 'gui/501',
      op: 'create',
      reasons: ['missing'],
      restarts: false,
      starts: true,
      blocked: null,
      plist: '/Users/demo/Library/LaunchAgents/local.demo.k3s.plist',
      fields: [
        {
          key: 'KeepAlive',
          path: ['KeepAlive'],
          before: null,
          after: { SuccessfulExit: false },
          source: 'config',
          meaning: 'restarts unless it exits with 0',
        },
        {
          key: 'EnvironmentVariables',
          path: ['EnvironmentVariables', 'API_TOKEN'],
          before: null,
          after: '(sensitive)',
          source: 'config',
          meaning: '',
        },
      ],
      actions: ['bootstrap', 'await-loaded'],
    },
    {
      instance: 'mail',
      label: 'local.demo.mail',
      domain: 'gui/501',
      op: 'adopt',
      reasons: ['foreign'],
      restarts: true,
      starts: false,
      blocked: { code: 'job/foreign', message: 'It is there.', hint: 'Adopt it.' },
      plist: '/Users/demo/Library/LaunchAgents/local.demo.mail.plist',
      fields: [],
      actions: [],
    },
    {
      instance: 'web',
      label: 'local.demo.web',
      domain: 'gui/501',
      op: 'noop',
      reasons: [],
      restarts: false,
      starts: false,
      blocked: null,
      plist: '/Users/demo/Library/LaunchAgents/local.demo.web.plist',
      fields: [],
      actions: [],
    },
  ],
};
const diagnostics = [
  { code: 'field/odd', severity: 'warning', message: 'Odd.', file: 'f.yaml', line: 3, column: 5, hint: null },
];

/** As it will be printed, so that the order of members counts too. */
function printed(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

describe('planToJson', () => {
  it('is the contract, member by member', () => {
    expect(printed(planToJson(sample, { command: 'plan', exitCode: 2 }))).toBe(
      printed({ format_version: '1.0', command: 'plan', exit_code: 2, ...planned, diagnostics }),
    );
  });
});

describe('reportToJson', () => {
  it('is the plan and what became of it', () => {
    const where = { instance: 'k3s', label: 'local.demo.k3s', domain: 'gui/501' } as const;
    const error = { code: 'launchctl/5', message: 'No.', hint: 'Look.' };
    const report = {
      changed: true,
      results: [
        { ...where, outcome: 'failed', error },
        { ...where, outcome: 'unchanged', error: null },
      ],
      diagnostics: [
        {
          code: 'job/failing',
          severity: 'warning',
          message: 'Ill.',
          file: null,
          line: null,
          column: null,
          hint: 'h',
        },
      ],
      interrupted: false,
    } as const;
    expect(printed(reportToJson(sample, report, { command: 'apply', exitCode: 1 }))).toBe(
      printed({
        format_version: '1.0',
        command: 'apply',
        exit_code: 1,
        ...planned,
        changed: true,
        results: report.results,
        diagnostics: [...diagnostics, ...report.diagnostics],
      }),
    );
  });
});

describe('statusToJson', () => {
  it('is the contract, member by member', () => {
    const job = status('k3s', { lastExit: { signal: 9, name: 'SIGKILL' }, stale: null });
    expect(printed(statusToJson([job], [], { command: 'status', exitCode: 0 }))).toBe(
      printed({
        format_version: '1.0',
        command: 'status',
        exit_code: 0,
        jobs: [
          {
            instance: 'k3s',
            label: 'local.demo.k3s',
            domain: 'gui/501',
            plist: 'ok',
            loaded: true,
            stale: null,
            enabled: true,
            state: 'running',
            pid: 412,
            runs: 1,
            last_exit: { signal: 9, name: 'SIGKILL' },
            verdict: 'running',
            health: null,
            next: '',
          },
        ],
        diagnostics: [],
      }),
    );
  });
});

describe('jsonDocument', () => {
  it('serves a failure without members of its own', () => {
    const failure = {
      code: 'lock/held',
      severity: 'error',
      message: 'Locked.',
      file: null,
      line: null,
      column: null,
    } as const;
    expect(jsonDocument({ command: 'apply', exitCode: 75 }, {}, [failure])).toEqual({
      format_version: '1.0',
      command: 'apply',
      exit_code: 75,
      diagnostics: [{ ...failure, hint: null }],
    });
  });
});
