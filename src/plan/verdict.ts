import {
  BARE_CONDITIONS,
  type ExitKind,
  effectiveKeepAlive,
  restartsAfter,
  startsAtLoad,
} from '../launchd/keep-alive.ts';
import { isBadExit } from '../launchd/last-exit.ts';
import { isTriggered } from '../launchd/triggers.ts';
import { compareView } from '../launchd/view.ts';
import type { Health } from '../model/health.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed, ObservedPlist, ObservedService } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import { dict, isDict, type PlistDict } from '../model/plist.ts';
import type { LastExit, Service } from '../model/service.ts';
import type { JobStatus, PlistState, Verdict } from '../model/status.ts';
import type { LeftoverFindings } from './leftovers.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { nextStep } from './next-step.ts';
import { type Preflights, whyIll } from './preflight.ts';
import { assess, pidOf } from './situation.ts';

/** A job that fell over this many times, and badly, is crash-looping. */
const MANY_RUNS = 5;

/**
 * How every job of the plan is doing, in its order; jobs that `when` excludes here are left out, unless one of them
 * is there and ours all the same. Observe with refresh
 * `full`: a job that is only proven has no state to tell. `preflights`: what was found by looking, of jobs that launchd
 * could not start. `healths`: how those with a process have just answered. `leftovers`: what was found in the way of those
 * that fall over.
 */
export function judgeStatus(
  jobs: readonly Job[],
  observed: Observed,
  plan: Plan,
  preflights: Preflights = new Map(),
  healths: ReadonlyMap<string, Health> = new Map(),
  leftovers: LeftoverFindings = new Map(),
): readonly JobStatus[] {
  const lookup = createLookup(observed);
  const declared = new Map(jobs.map((job) => [`${job.domain}/${job.label}`, job]));
  return plan.changes
    .filter((change) => !change.reasons.includes('excluded') || isOurs(change, lookup, plan.stack))
    .map((change) =>
      judgeJob(
        change,
        declared.get(`${change.domain}/${change.label}`) ?? null,
        lookup,
        plan.stack,
        preflights,
        healths,
        leftovers,
      ),
    );
}

function ownEntries({ label, domain }: Change, lookup: Lookup, stack: string): readonly LedgerEntry[] {
  return lookup.entriesOf(label).filter((entry) => entry.domain === domain && entry.stack === stack);
}

function isOurs(change: Change, lookup: Lookup, stack: string): boolean {
  return ownEntries(change, lookup, stack).length > 0;
}

function judgeJob(
  change: Change,
  job: Job | null,
  lookup: Lookup,
  stack: string,
  preflights: Preflights,
  healths: ReadonlyMap<string, Health>,
  leftovers: LeftoverFindings,
): JobStatus {
  const { label, domain, instance } = change;
  const found = lookup.plistAt(change.plist);
  const seen = lookup.serviceOf(label, domain);
  const service = seen.state === 'loaded' ? seen.service : null;
  // An owned job that is no longer declared is judged by what is on disk.
  const plist = job?.plist ?? found?.plist ?? dict([]);
  const override = lookup.overrideOf(label, domain);
  const isOff = override ?? plist.entries['Disabled'] === true;
  const own = ownEntries(change, lookup, stack);
  const isHeld = own.some((entry) => entry.held);
  const gaveUp = own.find((entry) => entry.held)?.gaveUp ?? null;
  const verdict = judge(seen, plist, isOff, isHeld);
  const status: Omit<JobStatus, 'next'> = {
    instance,
    label,
    domain,
    plist: job === null ? stateOfUndeclared(change, found, lookup) : stateOfDeclared(job, lookup, stack),
    loaded: seen.state === 'unknown' ? null : seen.state === 'loaded' || seen.state === 'proven',
    stale: staleness(seen, found?.plist ?? plist, change),
    enabled: !isOff,
    state: service?.state ?? null,
    pid: pidOf(seen),
    runs: service?.runs ?? null,
    lastExit: service?.lastExit ?? null,
    verdict,
    // A job that is on its way out, or should be down, is not asked to be well.
    health: verdict === 'running' ? (healths.get(`${domain}/${label}`) ?? null) : null,
  };
  const disabledByUs = own.some((entry) => lookup.isDisabledByUs(change, entry));
  const preflight = preflights.get(`${domain}/${label}`);
  const cause = job === null || preflight === undefined ? null : whyIll(job, seen, preflight);
  const left = leftovers.get(`${domain}/${label}`) ?? [];
  return {
    ...status,
    next: nextStep(status, {
      seen,
      job,
      isHeld,
      gaveUp,
      disabledByUs,
      change,
      cause,
      left,
      launchctl: lookup.launchctl,
    }),
  };
}

/** Interface §5, the first that fits. `plist` is the declared one: it says what triggers the job and what restarts it. */
function judge(seen: ObservedService, plist: PlistDict, isOff: boolean, isHeld: boolean): Verdict {
  if (seen.state === 'unknown') return 'unknown';
  if (isOff) return 'disabled';
  if (isHeld) return 'held';
  switch (seen.state) {
    case 'not-loaded':
    case 'no-domain':
      return 'not-loaded';
    case 'proven':
      return seen.pid === null ? judgeDown(null, plist) : 'running';
    case 'loaded':
      return judgeLoaded(seen.service, plist);
  }
}

function judgeLoaded(service: Service, plist: PlistDict): Verdict {
  if (service.pended !== null && service.pid === null) return 'pended';
  if (/^SIG[A-Z]+ed$/.test(service.state ?? '')) return 'stopping';
  if (service.pid !== null) return 'running';
  if (service.state === 'spawn scheduled') {
    return isBadExit(service.lastExit) && (service.runs ?? 0) >= MANY_RUNS ? 'crash-looping' : 'throttled';
  }
  return judgeDown(service.lastExit, plist);
}

/**
 * Whether a loaded job has no process although its policy wants it up: launchd starts it again and again, or has given it
 * up. Not one whose start is put off, that waits for a trigger, or that stays down by its policy.
 */
export function shouldRun(service: Service, plist: PlistDict): boolean {
  const verdict = judgeLoaded(service, plist);
  if (verdict === 'throttled' || verdict === 'crash-looping') return true;
  return verdict === 'failing' && !isTriggered(plist) && !staysDown(plist, service.lastExit);
}

function judgeDown(lastExit: LastExit | null, plist: PlistDict): Verdict {
  if (isTriggered(plist)) return isBadExit(lastExit) ? 'failing' : 'waiting';
  const keepAlive = effectiveKeepAlive(plist);
  const isNever = keepAlive === false || (isDict(keepAlive) && Object.keys(keepAlive.entries).length === 0);
  if (isNever && isBadExit(lastExit)) return 'failing';
  return staysDown(plist, lastExit) ? 'stopped-by-policy' : 'failing';
}

/**
 * Whether being down is what the policy says after this exit. Conditions on paths and on other jobs cannot be looked at
 * from here; had they held, launchd would have started the job.
 */
function staysDown(plist: PlistDict, lastExit: LastExit | null): boolean {
  if (lastExit === null) return !startsAtLoad(plist, BARE_CONDITIONS);
  const keepAlive = effectiveKeepAlive(plist);
  const byExit = isDict(keepAlive)
    ? dict(['SuccessfulExit', 'Crashed'].map((key) => [key, keepAlive.entries[key]] as const))
    : keepAlive;
  return !restartsAfter(byExit, exitKind(lastExit), BARE_CONDITIONS);
}

/** A reason (jetsam, code signing) counts as a kill: not an exit 0, and no crash of its own. */
function exitKind(lastExit: LastExit): ExitKind {
  if ('code' in lastExit) return { code: lastExit.code };
  return { signal: 'signal' in lastExit ? lastExit.signal : 9 };
}

function stateOfDeclared(job: Job, lookup: Lookup, stack: string): PlistState {
  const { file, owner } = assess(job, lookup, stack, null);
  switch (file) {
    case 'none':
      return 'missing';
    case 'symlink':
      return 'foreign';
    case 'closed':
    case 'unreadable':
      return 'invalid';
    case 'equal':
    case 'differs': {
      if (!job.managedByOther && (owner === 'foreign' || owner === 'other-stack')) return 'foreign';
      return file === 'equal' ? 'ok' : 'differs';
    }
  }
}

/** Without a declaration, what we last wrote is what there is to compare with. */
function stateOfUndeclared(change: Change, found: ObservedPlist | null, lookup: Lookup): PlistState {
  if (found === null) return 'missing';
  if (found.symlink) return 'foreign';
  if (found.plist === null) return 'invalid';
  const entry = lookup.entriesOf(change.label).find((each) => each.domain === change.domain);
  return entry === undefined || entry.fileHash === found.hash ? 'ok' : 'differs';
}

/** Whether what launchd holds differs from the plist on disk. Null: not verified. */
function staleness(seen: ObservedService, plist: PlistDict, change: Change): boolean | null {
  switch (seen.state) {
    case 'unknown':
      return null;
    case 'not-loaded':
    case 'no-domain':
    case 'proven':
      return false;
    case 'loaded': {
      const expected = { path: change.plist, domain: change.domain };
      return compareView(plist, seen.service, expected).some((field) => field.verdict === 'different');
    }
  }
}
