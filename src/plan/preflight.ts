import { posix } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Domain } from '../model/domain.ts';
import { groupBy } from '../model/group.ts';
import type { Job } from '../model/job.ts';
import type { Observed, ObservedService } from '../model/observed.ts';
import type { Blocked, Change, Plan } from '../model/plan.ts';
import type { PathLook, Preflight } from '../model/requirements.ts';
import type { LastExit } from '../model/service.ts';
import { quoteForShell } from '../model/shell.ts';
import { COULD_NOT_START, type Finding, NOT_FOUND } from './finding.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { aboutTrigger, judgeRequirements, whyEnded } from './requirements.ts';

/** By `domain/label`. */
export type Preflights = ReadonlyMap<string, Preflight>;

/**
 * The jobs that are worth a look before anything is touched: those that will be loaded, and those that launchd says it
 * could not start; and those that read files at their start or hang on some, which would fail only at the next one. Of a
 * plan in which nothing changes and nothing is ill, no others.
 */
export function jobsToPreflight(
  jobs: readonly Job[],
  observed: Observed,
  plan: Pick<Plan, 'changes'>,
): readonly Job[] {
  const lookup = createLookup(observed);
  const loading = new Set(plan.changes.filter(isLoading).map(targetOf));
  const shown = new Set(plan.changes.map(targetOf));
  return jobs.filter(
    (job) =>
      !job.managedByOther &&
      (loading.has(targetOf(job)) ||
        (!job.excluded &&
          shown.has(targetOf(job)) &&
          (job.triggers !== undefined || isIll(lookup.serviceOf(job.label, job.domain))))),
  );
}

/** Loaded, without a process, and it ended as a job does that could not be started. */
function isIll(service: ObservedService): boolean {
  const ended = lastExitOf(service);
  return ended !== null && 'code' in ended && (ended.code === COULD_NOT_START || ended.code === NOT_FOUND);
}

/** How a job that has no process now has ended, as far as it is known. */
function lastExitOf(service: ObservedService): LastExit | null {
  if (service.state === 'proven')
    return service.pid !== null || service.lastExitCode === undefined ? null : { code: service.lastExitCode };
  return service.state === 'loaded' && service.service.pid === null ? service.service.lastExit : null;
}

/** What was found that explains how the job ended; null: nothing, or it runs. */
export function whyIll(job: Job, seen: ObservedService, preflight: Preflight): Finding | null {
  return whyEnded(findingsOf(job, preflight), preflight.requirements, lastExitOf(seen));
}

/** What was found, as warnings at the place of the declaration; what launchd would surely refuse is blocked. */
export function judgePreflight(plan: Plan, jobs: readonly Job[], observed: Observed, seen: Preflights): Plan {
  if (seen.size === 0) return plan;
  const lookup = createLookup(observed);
  const byTarget = new Map(jobs.map((job) => [targetOf(job), job]));
  const told: Told[] = [];
  const changes = plan.changes.map((change) => {
    const job = byTarget.get(targetOf(change));
    const preflight = seen.get(targetOf(change));
    if (job === undefined || preflight === undefined) return change;
    const findings = findingsOf(job, preflight);
    const blocked = isLoading(change)
      ? (whyRefused(job, change, preflight, lookup) ?? whyNoFolder(change, findings, preflight))
      : null;
    for (const finding of findings) if (finding.code !== blocked?.code) told.push({ job, finding });
    return blocked === null ? change : block(change, blocked);
  });
  return { ...plan, changes, diagnostics: [...plan.diagnostics, ...tellTogether(told)] };
}

/** What keeps the job from starting well. A folder that apply is going to make is not missing. */
export function findingsOf(
  job: Job,
  { requirements, folder, systemVolumes, triggers = [] }: Preflight,
): readonly Finding[] {
  const { workingDirectory } = requirements;
  const isMade =
    workingDirectory?.kind === 'missing' &&
    job.folders.some(
      (path) => path === workingDirectory.path || path.startsWith(`${workingDirectory.path}/`),
    );
  const needs = isMade ? { ...requirements, workingDirectory: null } : requirements;
  const read = (requirements.reads ?? []).map(({ look }) => look.path);
  const hungOn = triggers.filter(({ path }) => !read.includes(path));
  return [
    ...aboutVolume(folder, systemVolumes),
    ...judgeRequirements(needs, job.instance),
    ...hungOn.flatMap(aboutTrigger),
  ];
}

interface Told {
  readonly job: Job;
  readonly finding: Finding;
}

/** One and the same thing that several jobs stumble over is told once, at the first of them, with the names of all. */
function tellTogether(told: readonly Told[]): readonly Diagnostic[] {
  const groups = groupBy(told, ({ finding }) => [finding.code, finding.cause, finding.hint].join('\n'));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { code, severity, cause, effect, hint } = first.finding;
    const { file, line, column, length } = first.job.place;
    const who = enumerate(group.map(({ job }) => job.instance));
    const message = `${upperFirst(cause)}, ${effect(who)}.`;
    return [{ code, severity, message, file, line, column, length, hint }];
  });
}

/** So many names are told; the others are counted. */
const MOST_NAMES = 5;

/** `a`, `a and b`, `a, b and c`, `a, b, c, d, e and 3 more`. */
function enumerate(names: readonly string[]): string {
  const shown = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names.slice(0, -1);
  const last = shown.length < names.length - 1 ? `${names.length - shown.length} more` : names.at(-1);
  return shown.length === 0 ? `${last}` : `${shown.join(', ')} and ${last}`;
}

function upperFirst(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Behaviours: launchd is reported to refuse plists of a home on another volume. */
function aboutVolume(folder: PathLook, volumes: readonly string[]): readonly Finding[] {
  if (volumes.length === 0 || folder.dev === null || volumes.includes(folder.dev)) return [];
  return [
    {
      code: 'preflight/other-volume',
      severity: 'warning',
      exit: null,
      cause: `${folder.path} is on another volume than macOS`,
      effect: (who) => `so launchd may refuse ${who}, or not find it at the next login`,
      hint: `Declare it with \`domain: all-users\` or \`domain: system\`, whose folders are on the volume of macOS; \`df ${quoteForShell(folder.path)}\` shows which it is on.`,
    },
  ];
}

/** launchd is going to be given this plist, now or at the next login. */
function isLoading({ actions }: Change): boolean {
  return actions.some(({ action }) => action === 'bootstrap' || action === 'write-plist');
}

/**
 * What launchd answers with 122, or 5 to all but root: a plist, or its folder, that somebody else owns or may write (facts
 * §3.7). And what the file system will refuse before launchd is even asked.
 */
function whyRefused(
  job: Job,
  change: Change,
  { folder, above, owners }: Preflight,
  lookup: Lookup,
): Blocked | null {
  const writes = change.actions.some(({ action }) => action === 'write-plist');
  const where = quoteForShell(folder.path);
  const owner = owners.find((uid) => uid !== 0) ?? 0;
  if (folder.kind === 'hidden') return null;
  if (folder.kind === 'missing') {
    if (!folder.symlink) return change.deferred === 'needs-root' ? null : whyNotMade(folder, above);
    return blockedBy(
      'preflight/folder-missing',
      `${folder.path} is a symbolic link that leads nowhere, so no plist can be put there.`,
      `See where it leads with \`ls -l ${where}\`, and mend it.`,
    );
  }
  if (folder.kind !== 'folder')
    return blockedBy(
      'preflight/folder-not-a-folder',
      `${folder.path} is not a folder, so no plist can be put there.`,
      `Move it away: \`mv ${where} ${quoteForShell(`${folder.path}.old`)}\`.`,
    );
  if (folder.uid !== null && !owners.includes(folder.uid))
    return blockedBy(
      'preflight/folder-owner',
      `${folder.path} belongs to uid ${folder.uid}, and launchd takes plists for ${job.domain} only from a folder of uid ${owner} or root.`,
      `Run \`sudo chown ${owner} ${where}\`, then this again.`,
    );
  if (folder.mode !== null && (folder.mode & 0o022) !== 0)
    return blockedBy(
      'preflight/folder-writable-by-others',
      `${folder.path} can be written by others (mode ${octal(folder.mode)}), who could put jobs of theirs there; launchd does not accept that.`,
      `Run \`chmod go-w ${where}\`, then this again.`,
    );
  if (writes && change.deferred !== 'needs-root' && folder.may.write === false)
    return blockedBy(
      'preflight/folder-unwritable',
      `${folder.path} may not be written by you, so the plist cannot be put there.`,
      `Run \`${folder.uid === owner ? 'chmod u+w' : `sudo chown ${owner}`} ${where}\`, then this again.`,
    );
  // What is written becomes ours; what is loaded as it lies there keeps its owner.
  const uid = writes ? null : (lookup.plistAt(job.path)?.identity.uid ?? null);
  if (uid === null || owners.includes(uid)) return null;
  return blockedBy(
    'preflight/plist-owner',
    `${job.path} belongs to uid ${uid}, and launchd loads into ${job.domain} only what belongs to uid ${owner} or root.`,
    `Run \`sudo chown ${owner} ${quoteForShell(job.path)}\`, then this again.`,
  );
}

/** The folder of the plist, which apply is going to make. */
function whyNotMade(folder: PathLook, above: PathLook | null): Blocked | null {
  if (above === null || above.kind === 'hidden' || above.kind === 'missing') return null;
  if (above.kind !== 'folder')
    return blockedBy(
      'preflight/folder-not-a-folder',
      `${folder.path} cannot be made, since ${above.path} is not a folder.`,
      `See what is there with \`ls -l ${quoteForShell(above.path)}\`, and move it away.`,
    );
  if (above.may.write !== false) return null;
  return blockedBy(
    'preflight/folder-unwritable',
    `${folder.path} cannot be made, since you may not write to ${above.path}.`,
    `See whose it is with \`ls -ld ${quoteForShell(above.path)}\`; a folder below your home should be yours.`,
  );
}

/** The folder of a log that apply itself is to make, and cannot. */
function whyNoFolder(
  change: Change,
  findings: readonly Finding[],
  { requirements, maker }: Preflight,
): Blocked | null {
  // Root makes the folders of what only root may change.
  const isOurs = requirements.runner.uid === maker && change.deferred !== 'needs-root';
  const makes = new Set(change.actions.flatMap((each) => (each.action === 'make-folder' ? [each.path] : [])));
  const isMade = requirements.streams.some(
    ({ look, folder }) => folder !== null && makes.has(posix.dirname(look.path)),
  );
  const finding = findings.find(
    ({ code }) =>
      code === 'preflight/log-folder-not-a-folder' || (isOurs && code === 'preflight/log-folder-unwritable'),
  );
  return isMade && finding !== undefined ? blockedBy(finding.code, `${finding.cause}.`, finding.hint) : null;
}

function blockedBy(code: string, message: string, hint: string): Blocked {
  return { code, message, hint };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function block({ alsoWaits: _, ...change }: Change, blocked: Blocked): Change {
  return {
    ...change,
    blocked,
    actions: [],
    restarts: false,
    starts: false,
    deferred: null,
    stopTimeout: null,
  };
}

export function targetOf({ domain, label }: { readonly domain: Domain; readonly label: string }): string {
  return posix.join(domain, label);
}
