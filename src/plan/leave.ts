import { posix } from 'node:path';
import { isAppleLabel } from '../launchd/domains.ts';
import { normalise } from '../launchd/normalise.ts';
import type { Domain } from '../model/domain.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../model/observed.ts';
import type { Action, Blocked, Reason } from '../model/plan.ts';
import * as words from './block-words.ts';
import { hashFields } from './hash.ts';
import type { Lookup } from './lookup.ts';
import { isLoaded, pidOf } from './situation.ts';
import { awaitGone, stopTimeoutOf } from './stopping.ts';

/** A job of ours on its way out: dropped from the file, or moved elsewhere. */
export interface Leaving {
  readonly label: string;
  readonly domain: Domain;
  readonly path: string;
  readonly pid: number | null;
  readonly stopTimeout: number | null;
  readonly blocked: Blocked | null;
  readonly reasons: readonly Reason[];
  readonly actions: readonly Action[];
  /** What is done once the successor is recorded: until then, our entry vouches for what is half done. */
  readonly atTheEnd: readonly Action[];
}

/** @param successor what it becomes, whose plist may lie at the same path; null when it just goes */
export function takeOut(
  entry: Pick<LedgerEntry, 'label' | 'domain' | 'path' | 'disabled'> & {
    readonly applied: LedgerEntry['applied'] | null;
  },
  lookup: Lookup,
  successor: Pick<LedgerEntry, 'label' | 'domain' | 'path'> | null,
): Leaving {
  const { label, domain, path } = entry;
  const found = lookup.plistAt(path);
  const service = lookup.serviceOf(label, domain);
  const blocked = whyNot(entry, found, service, lookup.launchctl);
  const drifted = entry.applied !== null && found !== null && isDrifted(found, entry.applied);
  const actions: Action[] = [];
  if (isLoaded(service))
    actions.push({ action: 'bootout', domain, label }, awaitGone(label, domain, service, found));
  if (found !== null && path !== successor?.path)
    actions.push({ action: 'remove-plist', path, expect: found.hash });
  // An override outlives its job; ours would keep the next job of this label down (facts §3.6).
  const isLast = successor === null || successor.label !== label;
  if (isLast && lookup.isDisabledByUs(entry, entry)) actions.push({ action: 'enable', domain, label });
  const forget: Action = { action: 'forget', domain, label, path };
  // The successor of the same label and domain is recorded under the same name, so the old entry goes first.
  const forgetLate = successor !== null && (successor.label !== label || successor.domain !== domain);
  if (!forgetLate) actions.push(forget);
  return {
    label,
    domain,
    path,
    pid: pidOf(service),
    stopTimeout: stopTimeoutOf(service, found),
    blocked,
    reasons: [
      ...(drifted ? (['drifted'] as const) : []),
      ...(service.state === 'unknown' ? (['unknown'] as const) : []),
    ],
    actions: blocked === null ? actions : [],
    atTheEnd: blocked === null && forgetLate ? [forget] : [],
  };
}

function whyNot(
  entry: Pick<LedgerEntry, 'label' | 'domain' | 'path'>,
  found: ObservedPlist | null,
  service: ObservedService,
  launchctl: string,
): Blocked | null {
  if (isAppleLabel(entry.label)) return words.reserved(entry.label);
  if (service.state === 'unknown') return words.unknown(entry, service.why, launchctl);
  if (service.state === 'loaded' && service.service.submitted) return words.submitted(entry);
  if (found === null) return null;
  if (found.symlink) return words.symlink(entry.path);
  if (found.hash === null) return words.closed(entry.path, found);
  // What cannot be parsed is taken for ours, broken, only where we would have put it: a ledger may be wrong.
  const mayBeOurs =
    found.plist === null
      ? posix.basename(entry.path) === `${entry.label}.plist`
      : found.label === entry.label;
  if (!mayBeOurs) return words.replacedFile(entry, found);
  return null;
}

function isDrifted(found: ObservedPlist, applied: LedgerEntry['applied']): boolean {
  if (found.plist === null) return true;
  const now = hashFields(normalise(found.plist));
  const paths = new Set([...Object.keys(now), ...Object.keys(applied)]);
  return [...paths].some((path) => now[path] !== applied[path]);
}
