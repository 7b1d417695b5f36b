import { serviceTarget } from '../launchd/domains.ts';
import { unwrap } from '../launchd/wrapper.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import { type Decision, touch } from './decision.ts';
import type { Lookup } from './lookup.ts';
import { pidOf, type Situation } from './situation.ts';

type Digests = Readonly<Record<string, string>>;

/** Recorded of a file that was not there: when it comes, that is a change. */
const ABSENT = '-';

/**
 * A file that the job read when it started has another content now: a running job is restarted, once for any number of
 * reasons, and one that does not run has nothing old in hand, so that is only recorded. What went away, or cannot be read,
 * triggers nothing: a restart would only take the job down. Nor is one restarted that was disabled outside.
 */
export function noticeTriggers(decision: Decision, on: Situation, lookup: Lookup): Decision {
  const now = digestsOf(on.job, lookup.observed);
  if (now === null || on.entry === null || decision.blocked !== null) return decision;
  // Somebody has disabled it outside: what runs is let run, and no new process is started.
  if (decision.reasons.includes('disabled')) return decision;
  const before = on.entry.triggers ?? {};
  const reads = filesRead(on.job);
  // Started now, it would not find what it needs, or could not read it: plan tells that, and the restart waits until it is back.
  const waitsFor = reads.filter((path) => now[path] === undefined);
  if (waitsFor.length > 0) return pidOf(on.service) === null ? decision : { ...decision, waitsFor };
  const { changed, unlike } = compare(before, now);
  if (changed.length === 0) {
    const after = Object.keys(triggersAfter(on.job, on.entry, lookup.observed));
    const isKnown = unlike.length === 0 && after.join('\0') === Object.keys(before).sort().join('\0');
    return isKnown || decision.file !== 'none' ? decision : touch(decision, 'changed');
  }
  const noticed: Decision = { ...touch(decision, 'trigger'), changedFiles: changed };
  // Without a file that it reads at its start it could not run, so it has started since that is there.
  const isOld = changed.some((path) => before[path] !== ABSENT || !reads.includes(path));
  const runsOn = decision.launchd === 'leave' && pidOf(on.service) !== null;
  return runsOn && isOld ? { ...noticed, launchd: 'restart' } : noticed;
}

/** `unlike`: the digests were made with another key, which was lost, and so say nothing of a change. */
function compare(
  before: Digests,
  now: Digests,
): { readonly changed: readonly string[]; readonly unlike: readonly string[] } {
  const keyOf = (digest = ''): string => digest.slice(0, Math.max(0, digest.indexOf('.')));
  const differing = Object.keys(now).filter(
    (path) => before[path] !== undefined && before[path] !== now[path],
  );
  const isUnlike = (path: string): boolean =>
    before[path] !== ABSENT && keyOf(before[path]) !== keyOf(now[path]);
  return {
    changed: differing.filter((path) => !isUnlike(path)).sort(),
    unlike: differing.filter(isUnlike),
  };
}

/** What is recorded once the job has started, or waits: what could not be looked at now stays as it was. By path. */
export function triggersAfter(job: Job, entry: LedgerEntry | null, observed: Observed): Digests {
  const now = digestsOf(job, observed);
  const after: Record<string, string> = Object.create(null);
  for (const path of [...(job.triggers ?? [])].sort()) {
    const digest = now?.[path] ?? entry?.triggers?.[path] ?? (now === null ? undefined : ABSENT);
    if (digest !== undefined) after[path] = digest;
  }
  return after;
}

function filesRead({ plist }: Job): readonly string[] {
  const { reads } = unwrap(plist);
  if (reads === null) return [];
  return [...reads.envFiles, ...reads.secrets.flatMap((secret) => ('file' in secret ? [secret.file] : []))];
}

/** Null: not looked at. */
function digestsOf({ domain, label, triggers }: Job, { triggers: seen }: Observed): Digests | null {
  const found = seen?.[serviceTarget(domain, label)];
  return found ?? (triggers === undefined && seen !== undefined ? {} : null);
}
