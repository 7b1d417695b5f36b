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
}

/** @param keepFile the plist is not removed: a successor is written over it */
export function takeOut(
  entry: Pick<LedgerEntry, 'label' | 'domain' | 'path'> & { readonly applied: LedgerEntry['applied'] | null },
  lookup: Lookup,
  keepFile: boolean,
): Leaving {
  const { label, domain, path } = entry;
  const found = lookup.plistAt(path);
  const service = lookup.serviceOf(label, domain);
  const blocked = whyNot(entry, found, service);
  const drifted = entry.applied !== null && found !== null && isDrifted(found, entry.applied);
  const actions: Action[] = [];
  if (isLoaded(service))
    actions.push({ action: 'bootout', domain, label }, awaitGone(label, domain, service, found));
  if (found !== null && !keepFile) actions.push({ action: 'remove-plist', path, expect: found.hash });
  actions.push({ action: 'forget', domain, label });
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
  };
}

function whyNot(
  entry: Pick<LedgerEntry, 'label' | 'domain' | 'path'>,
  found: ObservedPlist | null,
  service: ObservedService,
): Blocked | null {
  if (isAppleLabel(entry.label)) return words.reserved(entry.label);
  if (service.state === 'unknown') return words.unknown(entry, service.why);
  if (service.state === 'loaded' && service.service.submitted) return words.submitted(entry);
  if (found === null) return null;
  if (found.symlink) return words.symlink(entry.path);
  if (found.hash === null) return words.closed(entry.path, found);
  if (found.plist !== null && found.label !== entry.label) return words.replacedFile(entry, found);
  return null;
}

function isDrifted(found: ObservedPlist, applied: LedgerEntry['applied']): boolean {
  if (found.plist === null) return true;
  const now = hashFields(normalise(found.plist));
  const paths = new Set([...Object.keys(now), ...Object.keys(applied)]);
  return [...paths].some((path) => now[path] !== applied[path]);
}
