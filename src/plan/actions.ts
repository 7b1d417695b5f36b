import { posix } from 'node:path';
import { BARE_CONDITIONS, startsAtLoad } from '../launchd/keep-alive.ts';
import { normalise } from '../launchd/normalise.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Action } from '../model/plan.ts';
import { markerComments } from '../plist/marker.ts';
import { writePlist } from '../plist/write.ts';
import type { Decision } from './decision.ts';
import { hashFields, hashText } from './hash.ts';
import { withoutMarker } from './lifecycle.ts';
import type { Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';
import { isLoaded, type Situation } from './situation.ts';
import { awaitHealthy } from './starting.ts';
import { awaitGone } from './stopping.ts';
import { triggersAfter } from './triggers.ts';

/** New plists are readable by all and writable by their owner, whatever the umask (interface §6). */
const NEW_MODE = 0o644;
const FOLDER_MODE = 0o755;

/**
 * The effects that a decision comes to, in the order in which they can be stopped after any of them: files first (what
 * is written but not loaded shows in the next plan), then the override, then launchd, the ledger last.
 */
export function actionsOf(
  decision: Decision,
  on: Situation,
  lookup: Lookup,
  options: PlanOptions,
): readonly Action[] {
  if (decision.blocked !== null) return [];
  const { label, domain, path } = on.job;
  const comments = markerComments({ stack: options.stack, instance: on.job.instance }, on.job.description);
  const content = decision.file === 'write' ? writePlist(on.wanted, comments) : null;
  const actions: Action[] = [...foldersFor(decision, on, lookup)];
  if (content !== null) {
    actions.push({ action: 'write-plist', path, content, mode: modeFor(on), expect: on.found?.hash ?? null });
  }
  if (decision.mode !== null) actions.push({ action: 'set-mode', path, mode: decision.mode });
  if (decision.override !== 'leave') actions.push({ action: decision.override, domain, label });
  if (decision.launchd === 'reload' || decision.launchd === 'unload') {
    actions.push({ action: 'bootout', domain, label }, awaitGone(label, domain, on.service, on.found));
  }
  if (decision.launchd === 'reload' || decision.launchd === 'load') {
    const starts = startsAtLoad(on.wanted, BARE_CONDITIONS);
    actions.push(
      { action: 'bootstrap', domain, label, path },
      { action: 'await-loaded', domain, label, starts },
    );
  }
  if (decision.launchd === 'restart') {
    actions.push(
      { action: 'kickstart', domain, label, kill: true, plist: path },
      { action: 'await-loaded', domain, label, starts: true },
    );
  }
  if (decision.file === 'forget') {
    const marked = on.found?.marker?.stack === options.stack ? withoutMarker(on.found) : [];
    return [...marked, { action: 'forget', domain, label, path }];
  }
  if (decision.file === 'hold') {
    if (on.entry !== null)
      actions.push({ action: 'record', entry: { ...on.entry, held: true, proof: null } });
    return actions;
  }
  if (decision.file !== 'none' && !isWaitingOnly(decision, on)) {
    actions.push({ action: 'record', entry: entryFor(decision, on, content, options, lookup) });
  }
  // Last of all: what is recorded need not be done again if somebody has no patience.
  const loads = decision.launchd === 'load' || decision.launchd === 'reload';
  if (decision.launchd === 'restart' || (loads && startsAtLoad(on.wanted, BARE_CONDITIONS)))
    actions.push(...awaitHealthy(on.job));
  return actions;
}

/** The job waits for its domain, and what is recorded of it stays as it is. */
function isWaitingOnly(decision: Decision, on: Situation): boolean {
  const { deferred, file, mode } = decision;
  return deferred === 'no-domain' && file === 'record' && mode === null && on.entry !== null;
}

function foldersFor(decision: Decision, on: Situation, lookup: Lookup): readonly Action[] {
  const starts = decision.launchd === 'load' || decision.launchd === 'reload';
  const folders = [
    ...(decision.file === 'write' ? [posix.dirname(on.job.path)] : []),
    ...(decision.file === 'write' || starts ? [...on.job.folders].sort() : []),
  ];
  return [...new Set(folders)]
    .filter((path) => !lookup.observed.folders.includes(path))
    .map((path) => ({ action: 'make-folder', path, mode: FOLDER_MODE }));
}

/** A stricter mode that is there is kept; bits beyond 0644 are not. */
function modeFor(on: Situation): number {
  return on.found === null ? NEW_MODE : on.found.identity.mode & NEW_MODE;
}

function entryFor(
  decision: Decision,
  on: Situation,
  content: string | null,
  options: PlanOptions,
  lookup: Lookup,
): LedgerEntry {
  const triggers = triggersAfter(on.job, on.entry, lookup.observed);
  const { label, domain, path, instance } = on.job;
  const before = on.entry ?? on.formers[0] ?? null;
  const untouched =
    on.service.state === 'proven' &&
    content === null &&
    decision.mode === null &&
    (decision.launchd === 'leave' || decision.launchd === 'restart');
  return {
    label,
    domain,
    path,
    instance,
    stack: options.stack,
    source: options.source,
    fileHash: content === null ? (on.found?.hash ?? '') : hashText(content),
    applied: hashFields(normalise(on.job.plist)),
    adopted: before?.adopted ?? isTaken(on),
    held: false,
    ...(isDisabledByUs(decision, on) ? { disabled: true as const } : {}),
    proof: untouched ? (on.entry?.proof ?? null) : null,
    ...(Object.keys(triggers).length === 0 ? {} : { triggers }),
  };
}

function isDisabledByUs(decision: Decision, on: Situation): boolean {
  switch (decision.override) {
    case 'disable':
      return true;
    case 'enable':
      return false;
    case 'leave':
      return on.disabledByUs;
  }
}

/** Somebody else's file or loaded job becomes ours. */
function isTaken(on: Situation): boolean {
  return on.owner === 'foreign' && (on.found !== null || isLoaded(on.service));
}
