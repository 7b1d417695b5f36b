import type { Change } from '../../src/model/plan.ts';

/** A change of a job of ours that can be made now. */
export function changeOf(instance: string, over: Partial<Change> = {}): Change {
  const label = `local.tools.${instance}`;
  return {
    instance,
    label,
    domain: 'gui/501',
    op: 'update',
    reasons: ['drifted'],
    restarts: true,
    starts: false,
    blocked: null,
    plist: `/Users/ada/Library/LaunchAgents/${label}.plist`,
    fields: [],
    actions: [{ action: 'bootout', domain: 'gui/501', label }],
    deferred: null,
    after: [],
    stopTimeout: null,
    ...over,
  };
}
