import { BARE_CONDITIONS, startsAtLoad } from '../launchd/keep-alive.ts';
import type { Domain } from '../model/domain.ts';
import type { Healthcheck } from '../model/health.ts';
import { type GaveUp, isSameFile, type LedgerEntry, type Proof } from '../model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../model/observed.ts';
import type { Action, Blocked, Change } from '../model/plan.ts';
import { writePlist } from '../plist/write.ts';
import { pidOf } from './situation.ts';
import { awaitHealthy } from './starting.ts';
import { awaitGone, stopTimeoutOf } from './stopping.ts';

/** One job of ours that `start`, `stop` or `restart` is asked for, as it was observed. */
export interface LifecycleSubject {
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
  readonly path: string;
  /** The plist on disk; null when there is none. */
  readonly found: ObservedPlist | null;
  readonly service: ObservedService;
  /** An override, or else the plist, says disabled. */
  readonly disabled: boolean;
  /** The declaration says `enabled: false`. */
  readonly declaredOff: boolean;
  /** Null: not ours. */
  readonly entry: LedgerEntry | null;
  /** Digests of the files whose changed content restarts it, as they are now. */
  readonly triggers?: Readonly<Record<string, string>>;
  /** How a person calls launchctl in a shell. */
  readonly launchctl?: string;
  /** As declared. */
  readonly healthcheck?: Healthcheck;
  /** How a person begins a login session by a command; absent: at the screen alone. */
  readonly login?: string;
}

/** `stop` is a bootout that the ledger notes as held; with `disable`, for the next login too. */
export function planStop(subject: LifecycleSubject, options: { readonly disable: boolean }): Change {
  const { domain, label, service, entry } = subject;
  const blocked = refusal(subject);
  if (blocked !== null || entry === null) return change(subject, [], { blocked });
  const loaded = service.state === 'loaded' || service.state === 'proven';
  const actions: Action[] = [];
  if (options.disable && !subject.disabled) actions.push({ action: 'disable', domain, label });
  if (loaded)
    actions.push({ action: 'bootout', domain, label }, awaitGone(label, domain, service, subject.found));
  if (!entry.held || loaded || actions.length > 0)
    actions.push({ action: 'record', entry: heldEntry(entry, options.disable && !subject.disabled) });
  return change(subject, actions, { stopTimeout: loaded ? stopTimeoutOf(service, subject.found) : null });
}

/** Takes a job that crashes over and over out of launchd, and notes it as held, and why. */
export function planGiveUp(subject: LifecycleSubject, gaveUp: GaveUp): Change {
  const stop = planStop(subject, { disable: false });
  const actions = stop.actions.map((action) =>
    action.action === 'record' ? { ...action, entry: { ...action.entry, gaveUp } } : action,
  );
  return { ...stop, actions };
}

/** `start` loads a job that is not loaded, and starts one that is loaded but idle; it leaves a running one alone. */
export function planStart(subject: LifecycleSubject): Change {
  const { domain, label, service, entry, path } = subject;
  const plist = subject.found?.plist ?? null;
  const blocked = refusal(subject) ?? notStartable(subject);
  if (blocked !== null || entry === null || plist === null) return change(subject, [], { blocked });
  const actions: Action[] = [];
  if (subject.disabled) actions.push({ action: 'enable', domain, label });
  const starts = pidOf(service) === null;
  if (service.state === 'not-loaded') {
    const startsByItself = startsAtLoad(plist, BARE_CONDITIONS);
    actions.push({ action: 'bootstrap', domain, label, path });
    actions.push({ action: 'await-loaded', domain, label, starts: startsByItself });
    if (!startsByItself) actions.push({ action: 'kickstart', domain, label, kill: false });
  } else if (starts) {
    actions.push({ action: 'kickstart', domain, label, kill: false });
    actions.push({ action: 'await-loaded', domain, label, starts: true });
  }
  if (actions.length > 0 || entry.held) {
    const { disabled: _undone, ...enabled } = entry;
    const started = starts ? withTriggers(enabled, subject) : enabled;
    actions.push({ action: 'record', entry: { ...released(started), proof: standingProof(subject) } });
  }
  if (starts && actions.length > 0) actions.push(...awaitHealthy(subject));
  return change(subject, actions, { starts });
}

/** `restart` never reloads the file: it kills and starts what is loaded; a job that is not loaded is loaded. */
export function planRestart(subject: LifecycleSubject): Change {
  const { domain, label, service, entry } = subject;
  if (service.state === 'not-loaded') return planStart(subject);
  const blocked = refusal(subject) ?? notStartable(subject);
  if (blocked !== null || entry === null) return change(subject, [], { blocked });
  const actions: Action[] = [
    {
      action: 'kickstart',
      domain,
      label,
      kill: true,
      ...(subject.found === null ? {} : { plist: subject.path }),
    },
    { action: 'await-loaded', domain, label, starts: true },
    {
      action: 'record',
      entry: { ...released(withTriggers(entry, subject)), proof: standingProof(subject) },
    },
    ...awaitHealthy(subject),
  ];
  const running = pidOf(service) !== null;
  return change(subject, actions, {
    restarts: running,
    starts: !running,
    stopTimeout: running ? stopTimeoutOf(service, subject.found) : null,
  });
}

/** The new process reads its files as they are now, so they are no reason to restart it once more. */
function withTriggers(entry: LedgerEntry, { triggers }: LifecycleSubject): LedgerEntry {
  return triggers === undefined ? entry : { ...entry, triggers: { ...entry.triggers, ...triggers } };
}

/**
 * The proof that holds at this moment. What launchd has loaded does not change by a start or a restart, so it goes on with
 * the new process (docs/design/proof.md); one that does not hold now never does again.
 */
function standingProof({ entry, found, service }: LifecycleSubject): Proof | null {
  const proof = entry?.proof ?? null;
  if (proof === null || found === null || found.symlink || !isSameFile(found.identity, proof.file))
    return null;
  return proof.pid === null || proof.pid === pidOf(service) ? proof : null;
}

function released({ gaveUp: _, ...entry }: LedgerEntry): LedgerEntry {
  return { ...entry, held: false };
}

function heldEntry(entry: LedgerEntry, disables: boolean): LedgerEntry {
  return { ...entry, held: true, proof: null, ...(disables ? { disabled: true as const } : {}) };
}

/** `forget`: out of the ledger, and the marker out of the plist, so that it is not found again. The job goes on. */
export function planForget(subject: LifecycleSubject, stack: string): Change {
  const { domain, label, entry, found } = subject;
  const actions: Action[] = [];
  if (found?.marker?.stack === stack) actions.push(...withoutMarker(found));
  if (entry !== null) actions.push({ action: 'forget', domain, label, path: entry.path });
  return change(subject, actions, {});
}

/** Rewrites a plist of ours without the comment that says so; what launchd reads stays the same. */
export function withoutMarker({ path, plist, hash, identity }: ObservedPlist): readonly Action[] {
  if (plist === null) return [];
  return [{ action: 'write-plist', path, content: writePlist(plist), mode: identity.mode, expect: hash }];
}

function change(
  subject: LifecycleSubject,
  actions: readonly Action[],
  rest: Partial<Pick<Change, 'blocked' | 'restarts' | 'starts' | 'stopTimeout'>>,
): Change {
  const { instance, label, domain, path } = subject;
  return {
    instance,
    label,
    domain,
    op: actions.length === 0 ? 'noop' : 'update',
    reasons: [],
    restarts: false,
    starts: false,
    blocked: null,
    plist: path,
    fields: [],
    actions,
    deferred: null,
    after: [],
    stopTimeout: null,
    ...rest,
  };
}

/** Why nothing may be done to it at all. */
function refusal(subject: LifecycleSubject): Blocked | null {
  const { service, entry, label, domain, launchctl = 'launchctl', login } = subject;
  if (entry === null && subject.found === null && service.state === 'not-loaded')
    return notInstalled(subject);
  if (entry === null)
    return {
      code: 'job/not-ours',
      message: `${label} is not ours: reconcile neither wrote nor adopted it.`,
      hint: 'Run `reconcile plan` to see what is there, and `reconcile apply --adopt` to take it over.',
    };
  if (service.state === 'unknown')
    return {
      code: 'job/unknown',
      message: service.why,
      hint: `Look yourself: ${launchctl} print ${domain}/${label}`,
    };
  if (service.state === 'no-domain')
    return {
      code: 'launchd/no-domain',
      message: `There is no domain ${domain} now: nobody is logged in there.`,
      hint:
        login === undefined
          ? 'Log in at the screen of the Mac; over SSH alone there is no gui domain.'
          : `\`${login}\` begins a session, and loads what is installed.`,
    };
  return null;
}

function notStartable({ found, service, declaredOff, label, path }: LifecycleSubject): Blocked | null {
  if (declaredOff)
    return {
      code: 'job/declared-disabled',
      message: `${label} is declared with \`enabled: false\`.`,
      hint: 'Change the file, then run `reconcile apply`.',
    };
  if ((found?.plist ?? null) === null && service.state === 'not-loaded') return notInstalled({ label, path });
  return null;
}

function notInstalled({ label, path }: Pick<LifecycleSubject, 'label' | 'path'>): Blocked {
  return {
    code: 'job/not-installed',
    message: `${label} is not installed: there is no readable plist at ${path}.`,
    hint: 'Run `reconcile apply`.',
  };
}
