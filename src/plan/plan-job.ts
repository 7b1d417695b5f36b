import { BARE_CONDITIONS, startsAtLoad } from '../launchd/keep-alive.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Change, Reason } from '../model/plan.ts';
import type { PlistDict } from '../model/plist.ts';
import { actionsOf } from './actions.ts';
import * as words from './block-words.ts';
import { decide } from './decide.ts';
import { block, type Decision, touch } from './decision.ts';
import { fieldsOf } from './fields.ts';
import { type Leaving, takeOut } from './leave.ts';
import type { Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';
import { rootDeferral } from './root.ts';
import { assess, pidOf, type Situation } from './situation.ts';
import { stopTimeoutOf } from './stopping.ts';

/** A declared job's change, and what is to be told about it. */
export interface Planned {
  readonly change: Change;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param movedFrom our entry under the label that `moved` says the job had */
export function planJob(
  job: Job,
  lookup: Lookup,
  options: PlanOptions,
  movedFrom: LedgerEntry | null,
): Planned {
  const on = assess(job, lookup, options.stack, movedFrom);
  const decided = decide(on, lookup, options);
  const isHeld = decided.reasons.includes('held') && (decided.op === 'noop' || decided.file === 'hold');
  const leavings =
    job.excluded || job.managedByOther || isHeld
      ? []
      : on.formers.map((entry) => takeOut(entry, lookup, job));
  const decision = leavings.length === 0 ? decided : moveOut(decided, on, leavings, lookup);
  const actions =
    decision.blocked === null
      ? [
          ...leavings.flatMap((leaving) => leaving.actions),
          ...actionsOf(decision, on, lookup, options),
          ...leavings.flatMap((leaving) => leaving.atTheEnd),
        ]
      : [];
  const running = runningNow(decision, on, leavings);
  const loads = decision.launchd === 'load' || decision.launchd === 'reload';
  const restarts = loads || decision.launchd === 'restart';
  const acts = decision.blocked === null;
  const rootFirst = actions.length === 0 ? null : rootDeferral([job, ...leavings], lookup, options);
  const change: Change = {
    instance: job.instance,
    label: job.label,
    domain: job.domain,
    op: decision.op,
    reasons: decision.reasons,
    restarts: acts && restarts && running !== null,
    starts: acts && loads && running === null && startsAtLoad(on.wanted, BARE_CONDITIONS),
    blocked: decision.blocked,
    plist: job.path,
    fields: decision.op === 'noop' || job.managedByOther ? [] : fieldsOf(on, formerPlist(on, lookup)),
    actions,
    deferred: rootFirst ?? decision.deferred,
    ...(rootFirst !== null && decision.deferred === 'no-domain' ? { alsoWaits: 'no-domain' } : {}),
    ...(isHeld && on.entry?.gaveUp !== undefined ? { gaveUp: on.entry.gaveUp } : {}),
    after: job.after,
    stopTimeout: acts && running !== null ? running.stopTimeout : null,
    ...(decision.changedFiles === undefined ? {} : { changedFiles: decision.changedFiles }),
    ...(decision.waitsFor === undefined ? {} : { waitsFor: decision.waitsFor }),
  };
  return { change, diagnostics: decision.diagnostics };
}

/** The plist that a moved job had: what its new one is compared with. */
function formerPlist(on: Situation, lookup: Lookup): PlistDict | null {
  const [former] = on.formers;
  const found = former === undefined ? null : lookup.plistAt(former.path);
  return found === null || found.symlink ? null : found.plist;
}

/** The job takes another place: old out first, then new in. */
function moveOut(decision: Decision, on: Situation, leavings: readonly Leaving[], lookup: Lookup): Decision {
  const renamed = leavings.some((leaving) => leaving.label !== on.job.label);
  const why: Reason = renamed ? 'renamed' : 'wrong-domain';
  const reasons = decision.reasons.filter((reason) => reason !== 'missing' && reason !== 'not-loaded');
  const moving: Decision = { ...touch({ ...decision, reasons: [] }), op: 'move', reasons: [why, ...reasons] };
  const stuck = leavings.find((leaving) => leaving.blocked !== null);
  if (stuck !== undefined && stuck.blocked !== null) return block(moving, stuck.blocked, ...stuck.reasons);
  const disabled = leavings.find((leaving) => lookup.overrideOf(leaving.label, leaving.domain) === true);
  const starts = decision.launchd === 'load' || decision.launchd === 'reload';
  if (disabled !== undefined && on.job.enabled === null && starts) {
    return block(moving, words.movedDisabled(disabled, on.job.instance), 'disabled');
  }
  return moving;
}

/** The process that this change stops, and how long it is given. */
function runningNow(
  decision: Decision,
  on: Situation,
  leavings: readonly Leaving[],
): { readonly stopTimeout: number | null } | null {
  if (['reload', 'restart', 'unload'].includes(decision.launchd)) {
    if (pidOf(on.service) !== null) return { stopTimeout: stopTimeoutOf(on.service, on.found) };
  }
  return leavings.find((leaving) => leaving.pid !== null) ?? null;
}
