import { isAppleLabel, isSystemWide } from '../launchd/domains.ts';
import { normalise } from '../launchd/normalise.ts';
import type { Reason } from '../model/plan.ts';
import * as words from './block-words.ts';
import { because, block, type Decision, touch } from './decision.ts';
import { sourceOf } from './fields.ts';
import { hashFields } from './hash.ts';
import type { Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';
import { leaveToOther } from './other-manager.ts';
import { decideOverride } from './overrides.ts';
import type { Situation } from './situation.ts';
import { type Case, rule } from './table.ts';
import { matchesAny } from './targets.ts';
import { noticeTriggers } from './triggers.ts';
import { warnAbout } from './warn.ts';

/** Steps a decision goes through after the table, in this order: each may add to it, none takes a block back. */
type Step = (decision: Decision, on: Situation, lookup: Lookup, options: PlanOptions) => Decision;

const STEPS: readonly Step[] = [
  replaceAsAsked,
  decideOverride,
  recordAgain,
  correctMode,
  noticeTriggers,
  defer,
  noticeDuplicates,
];

/** Interface §6 and §7 for one declared job. */
export function decide(on: Situation, lookup: Lookup, options: PlanOptions): Decision {
  const nothing: Decision = {
    op: 'noop',
    reasons: [],
    file: 'none',
    launchd: 'leave',
    override: 'leave',
    mode: null,
    blocked: null,
    deferred: null,
    diagnostics: [],
  };
  if (on.job.excluded) return because(nothing, 'excluded');
  if (on.job.managedByOther) return leaveToOther(nothing, on);
  if (isHeld(on) && !options.releaseHeld) return hold(nothing, on, lookup);
  const first = askConsent(refuse(decideByTable(on, nothing, options), on, lookup, options), on, options);
  return STEPS.reduce((decision, step) => step(decision, on, lookup, options), first);
}

function isHeld(on: Situation): boolean {
  return on.entry?.held === true || on.formers.some((former) => former.held);
}

/** A job that is held is left alone; that it is to be is recorded where a run was ended before it could. */
function hold(nothing: Decision, on: Situation, { observed: { unfinished = [] } }: Lookup): Decision {
  const held = because(nothing, 'held');
  const target = `${on.job.domain}/${on.job.label}`;
  const isHalf = unfinished.some(({ intent }) => Object.hasOwn(intent.holds ?? {}, target));
  const isOut = on.service.state === 'not-loaded';
  return isHalf && isOut && on.entry !== null ? { ...held, op: 'update', file: 'hold' } : held;
}

function decideByTable(on: Situation, nothing: Decision, options: PlanOptions): Decision {
  const ruling = rule(caseOf(on, options));
  const reasons = ruling.reasons.flatMap((reason): readonly Reason[] =>
    reason === 'differs' ? whyItDiffers(on) : [reason],
  );
  return { ...nothing, op: ruling.op, reasons, file: ruling.file, launchd: ruling.launchd };
}

function askConsent(decision: Decision, on: Situation, options: PlanOptions): Decision {
  return rule(caseOf(on, options)).needsAdopt ? block(decision, words.foreign(on)) : decision;
}

function caseOf(on: Situation, options: PlanOptions): Case {
  return { file: fileCase(on), loaded: loadedCase(on), owner: ownerCase(on, options) };
}

/** What cannot be read counts as differing; whether it may be touched is `refuse`'s question. */
function fileCase(on: Situation): Case['file'] {
  return on.file === 'none' || on.file === 'equal' ? on.file : 'differs';
}

function loadedCase(on: Situation): Case['loaded'] {
  switch (on.loaded) {
    case 'no':
    case 'no-domain':
      return 'no';
    case 'unknown':
      return on.file === 'none' ? 'no' : 'equal';
    case 'submitted':
      return 'other';
    case 'equal':
    case 'other':
      return on.loaded;
  }
}

function ownerCase(on: Situation, options: PlanOptions): Case['owner'] {
  if (on.owner === 'ours' || on.owner === 'marked') return 'ours';
  return options.adopt ? 'adopting' : 'foreign';
}

/** `changed`: the declaration is not the one last applied. `drifted`: what is on disk is not. */
function whyItDiffers(on: Situation): readonly Reason[] {
  const sources = new Set(on.changed.map((path) => sourceOf(on, path, 'drift')));
  const drifted = sources.has('drift');
  return sources.has('config') || !drifted ? (drifted ? ['changed', 'drifted'] : ['changed']) : ['drifted'];
}

/** What is never touched, whoever owns it and whatever was said on the command line. */
function refuse(decision: Decision, on: Situation, { launchctl }: Lookup, { source }: PlanOptions): Decision {
  if (isAppleLabel(on.job.label)) return block(decision, words.reserved(on.job.label));
  if (on.owner === 'other-stack' && on.rival !== null) {
    return block(decision, words.otherStack(on.rival, source), 'other-stack');
  }
  if (on.loaded === 'submitted') return block(decision, words.submitted(on.job), 'foreign');
  if (on.file === 'symlink') return block(decision, words.symlink(on.job.path), 'foreign');
  if (on.file === 'closed') return block(decision, words.closed(on.job.path, on.found));
  if (on.file === 'unreadable' && on.owner !== 'ours')
    return block(decision, words.unreadable(on.job.path, on.found), 'foreign');
  if (on.service.state === 'unknown')
    return block(decision, words.unknown(on.job, on.service.why, launchctl), 'unknown');
  return decision;
}

/** A job that is ours but is not in the ledger as it stands: it is recorded, and nothing else happens to it. */
function recordAgain(decision: Decision, on: Situation, lookup: Lookup, options: PlanOptions): Decision {
  if (decision.op !== 'noop' || decision.blocked !== null) return decision;
  const adopt: Decision = { ...decision, op: 'adopt', file: 'record' };
  const hidden = lookup.observed.ledger.systemHidden === true && isSystemWide(on.job, options.places);
  if (on.owner === 'marked') return hidden ? decision : because(adopt, 'foreign');
  if (on.entry !== null && on.entry.source !== options.source) return because(adopt, 'other-stack');
  if (isBehind(on)) return because(adopt, 'changed');
  return on.entry?.held === true ? touch(decision, 'held') : decision;
}

/** What was applied last is not what the ledger says: that run was killed before it recorded. */
function isBehind({ entry, found, job }: Situation): boolean {
  if (entry === null || found === null || entry.fileHash === found.hash) return false;
  const declared = hashFields(normalise(job.plist));
  const keys = new Set([...Object.keys(declared), ...Object.keys(entry.applied)]);
  return [...keys].some((key) => declared[key] !== entry.applied[key]);
}

/** A plist that others may write is refused by launchd, and would let them run what they like (facts §3.7). */
function correctMode(decision: Decision, on: Situation): Decision {
  const mode = on.found?.identity.mode ?? 0;
  if ((mode & 0o022) === 0 || on.found === null || decision.file === 'write') return decision;
  if (decision.blocked !== null || (on.owner === 'foreign' && decision.file !== 'record')) return decision;
  return touch({ ...decision, mode: mode & ~0o022 }, 'mode');
}

function replaceAsAsked(decision: Decision, on: Situation, _lookup: Lookup, options: PlanOptions): Decision {
  const asked = matchesAny(options.replace, on.job.instance, on.job.label);
  if (!asked || decision.launchd !== 'leave' || on.job.enabled === false) return decision;
  if (on.loaded !== 'equal' && on.loaded !== 'other') return decision;
  const op = decision.op === 'noop' ? 'reload' : decision.op;
  return { ...touch(decision, 'replaced'), op, launchd: 'reload' };
}

/** Without its domain, nothing can be told to launchd: files are written, the rest waits for the session. */
function defer(decision: Decision, on: Situation): Decision {
  const waits = decision.launchd !== 'leave' || decision.override !== 'leave';
  if (on.service.state !== 'no-domain' || !waits || decision.blocked !== null) return decision;
  return { ...decision, launchd: 'leave', override: 'leave', deferred: 'no-domain' };
}

/** The same label in another file or another domain: two jobs would run, or the wrong one be stopped. */
function noticeDuplicates(decision: Decision, on: Situation, lookup: Lookup): Decision {
  const places = duplicatesOf(on, lookup);
  if (places.length === 0) return decision;
  const said = words.duplicate(on.job, places, lookup.launchctl);
  const acts = decision.launchd !== 'leave' || decision.override !== 'leave' || decision.file === 'write';
  if (acts) return block(decision, said, 'duplicate');
  return because(
    { ...decision, diagnostics: [...decision.diagnostics, warnAbout(on.job, said)] },
    'duplicate',
  );
}

function duplicatesOf(on: Situation, lookup: Lookup): readonly string[] {
  const { job, formers } = on;
  const files = lookup
    .plistsWithLabel(job.label)
    .map((plist) => plist.path)
    .filter((path) => path !== job.path && !formers.some((former) => former.path === path));
  const domains = lookup
    .seenOf(job.label)
    .filter((seen) => seen.service.state !== 'not-loaded' && seen.service.state !== 'no-domain')
    .map((seen) => seen.domain)
    .filter((domain) => domain !== job.domain && !formers.some((former) => former.domain === domain));
  return [...files, ...domains].sort();
}
