import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Change, Plan } from '../../src/model/plan.ts';
import type { JobStatus } from '../../src/model/status.ts';
import type { Style } from '../../src/report/style.ts';

export const plain: Style = { color: false, unicode: true };
export const ascii: Style = { color: false, unicode: false };
export const colored: Style = { color: true, unicode: true };

export function change(instance: string | null, given: Partial<Change> = {}): Change {
  const label = `local.demo.${instance ?? 'old'}`;
  return {
    instance,
    label,
    domain: 'gui/501',
    op: 'noop',
    reasons: [],
    restarts: false,
    starts: false,
    blocked: null,
    plist: `/Users/demo/Library/LaunchAgents/${label}.plist`,
    fields: [],
    actions: [],
    deferred: null,
    after: [],
    stopTimeout: null,
    ...given,
  };
}

export function plan(changes: readonly Change[], diagnostics: readonly Diagnostic[] = []): Plan {
  return { stack: 'demo', launchd: 'system', changes, diagnostics };
}

export function status(instance: string | null, given: Partial<JobStatus> = {}): JobStatus {
  return {
    instance,
    label: `local.demo.${instance ?? 'old'}`,
    domain: 'gui/501',
    plist: 'ok',
    loaded: true,
    stale: false,
    enabled: true,
    state: 'running',
    pid: 412,
    runs: 1,
    lastExit: null,
    verdict: 'running',
    health: null,
    next: '',
    ...given,
  };
}
