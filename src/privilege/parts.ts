import { posix } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import type { Places } from '../model/domain.ts';
import type { Action, Change } from '../model/plan.ts';

/** Who does it: root, below folders that are root's alone, or the user, below the user's own. */
export type Side = 'root' | 'user';

/** A run of actions that one side does. */
export interface Part {
  readonly side: Side;
  readonly change: Change;
}

type PartPlaces = Pick<Places, 'daemons' | 'globalAgents'>;

/**
 * A change in the parts that each side does, in order. Most have one; a job that moves between a user's domain and the
 * system has two or three: the old one out as its owner, the new one in as the other.
 *
 * @param home of the user; folders below it are never made by root
 */
export function splitChange(change: Change, places: PartPlaces, home: string): readonly Part[] {
  const parts: { readonly side: Side; readonly actions: Action[] }[] = [];
  for (const action of change.actions) {
    const side = sideOf(action, change, places, home);
    const last = parts.at(-1);
    if (last?.side === side) last.actions.push(action);
    else parts.push({ side, actions: [action] });
  }
  return parts.map(({ side, actions }) => ({
    side,
    change: { ...change, ...jobOf(side, actions, change, places), actions },
  }));
}

/**
 * The job that a part is about: what is on its way out is another one than what comes, and its side keeps its own
 * journal of it, under the job's own name.
 */
function jobOf(
  side: Side,
  actions: readonly Action[],
  change: Change,
  places: PartPlaces,
): Pick<Change, 'label' | 'domain' | 'plist'> {
  if (side === ownerOf(change, places)) return change;
  for (const action of actions) {
    if (action.action === 'remove-plist' || (action.action === 'forget' && action.path !== undefined)) {
      const plist = action.path ?? change.plist;
      const label = posix.basename(plist, '.plist');
      const target = actions.find((each) => 'domain' in each);
      const domain = posix.dirname(plist) === places.daemons ? 'system' : (target?.domain ?? change.domain);
      return { label, domain, plist };
    }
  }
  return change;
}

function sideOf(action: Action, change: Change, places: PartPlaces, home: string): Side {
  const owner = ownerOf(change, places);
  switch (action.action) {
    case 'make-folder':
      return isBelow(action.path, home) ? 'user' : owner;
    case 'remove-leftover':
      return 'path' in action.leftover && isBelow(action.leftover.path, home) ? 'user' : owner;
    case 'write-plist':
    case 'set-mode':
    case 'remove-plist':
      return isRoots(posix.dirname(action.path), places) ? 'root' : 'user';
    case 'record':
      return isSystemWide(action.entry, places) ? 'root' : 'user';
    case 'forget':
      return action.path === undefined
        ? sideOfTarget(action, change, places)
        : isSystemWide({ domain: action.domain, path: action.path }, places)
          ? 'root'
          : 'user';
    case 'enable':
    case 'disable':
    case 'bootout':
    case 'await-gone':
    case 'bootstrap':
    case 'await-loaded':
    case 'await-healthy':
    case 'kickstart':
      return sideOfTarget(action, change, places);
  }
}

/**
 * Of a job of the user's own domains the user may ask everything. Only where its plist is root's, root asks: the file and
 * what is loaded must be put back together if something fails.
 */
function sideOfTarget(target: Pick<Change, 'domain' | 'label'>, change: Change, places: PartPlaces): Side {
  if (target.domain === 'system') return 'root';
  const isOfChange = target.domain === change.domain && target.label === change.label;
  return isOfChange ? ownerOf(change, places) : 'user';
}

function ownerOf(change: Change, places: PartPlaces): Side {
  return isSystemWide({ domain: change.domain, path: change.plist }, places) ? 'root' : 'user';
}

function isRoots(folder: string, places: PartPlaces): boolean {
  return folder === places.daemons || folder === places.globalAgents;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
