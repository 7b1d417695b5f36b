import { posix } from 'node:path';
import type { Domain, Places } from '../model/domain.ts';
import type { Action, Change } from '../model/plan.ts';
import { parseMarker } from '../plist/marker.ts';
import { readPlist } from '../plist/read.ts';
import type { Ports } from '../sys/ports.ts';

type Target = { readonly domain: Domain; readonly label: string };

/**
 * Why root leaves these jobs alone, or null. Root's own ledger vouches for a job, or the mark in its plist, which only
 * root could have written there, or this very change, which writes the first plist of that label.
 */
export async function refuseForeign(
  change: Change,
  places: Pick<Places, 'daemons' | 'globalAgents'>,
  { files, ledger }: Pick<Ports, 'files' | 'ledger'>,
): Promise<string | null> {
  const { entries } = await ledger.read();
  const pathOf = ({ domain, label }: Target): string =>
    posix.join(domain === 'system' ? places.daemons : places.globalAgents, `${label}.plist`);
  const isNew = (path: string): boolean =>
    change.actions.some(
      (each) => each.action === 'write-plist' && each.path === path && each.expect === null,
    );
  for (const action of change.actions) {
    const path = touched(action, pathOf);
    if (path === null || isNew(path) || entries.some((entry) => entry.path === path)) continue;
    if (!(await isMarked(path, files))) return posix.basename(path, '.plist');
  }
  return null;
}

/** The plist of the job that an action changes, stops or claims; null where it does none of these. */
function touched(action: Action, pathOf: (target: Target) => string): string | null {
  switch (action.action) {
    case 'write-plist':
    case 'set-mode':
    case 'remove-plist':
      return action.path;
    case 'enable':
    case 'disable':
    case 'bootout':
    case 'bootstrap':
    case 'kickstart':
      return pathOf(action);
    case 'record':
      return action.entry.path;
    case 'make-folder':
    case 'remove-leftover':
    case 'await-gone':
    case 'await-loaded':
    case 'await-healthy':
    case 'forget':
      return null;
  }
}

async function isMarked(path: string, files: Ports['files']): Promise<boolean> {
  if ((await files.identify(path))?.kind !== 'file') return false;
  const reading = readPlist(await files.read(path));
  return reading.ok && parseMarker(reading.comments) !== null;
}
