import { posix } from 'node:path';
import { checkLabel } from '../launchd/domains.ts';
import type { Domain, Places } from '../model/domain.ts';
import type { Action, Change } from '../model/plan.ts';
import { isDict } from '../model/plist.ts';
import { readPlist } from '../plist/read.ts';

/** What root does for somebody, and nothing else. */
export interface RootScope {
  readonly places: Pick<Places, 'daemons' | 'globalAgents'>;
  /** The user for whom `all-users` jobs are loaded now; null: nobody, so none is. */
  readonly uid: number | null;
}

/** Bits beyond these are never set on a plist of root's. */
const PLIST_MODE = 0o644;
const FOLDER_MODE = 0o755;

/**
 * Why root does not do this change, as a sentence, or null. Looks at nothing but the change itself; what lies on the disk
 * is judged by `RootGround`. The first thing that is wrong refuses all of the change: nothing of it is begun.
 */
export function refuseByRules(change: Change, scope: RootScope): string | null {
  const own = new Set(change.actions.flatMap((action) => writtenLabel(action)));
  for (const action of change.actions) {
    const why = refuseAction(action, change, scope, own);
    if (why !== null) return why;
  }
  return null;
}

function refuseAction(
  action: Action,
  change: Change,
  scope: RootScope,
  written: ReadonlySet<string>,
): string | null {
  switch (action.action) {
    case 'make-folder':
      return action.mode === FOLDER_MODE ? null : `a folder of mode ${action.mode.toString(8)}`;
    case 'write-plist':
      return (
        refusePlace(action.path, change.label, change.domain, scope) ??
        refuseMode(action.mode) ??
        (written.has(change.label) ? null : `a plist whose Label is not ${change.label}`)
      );
    case 'set-mode':
      return refusePlace(action.path, change.label, change.domain, scope) ?? refuseMode(action.mode);
    case 'remove-plist': {
      // What is removed may have been called otherwise, or have been loaded elsewhere.
      const label = posix.basename(action.path, '.plist');
      const domain = posix.dirname(action.path) === scope.places.daemons ? 'system' : guiOf(scope);
      return refusePlace(action.path, label, domain, scope);
    }
    case 'bootstrap':
      return refuseTarget(action, scope) ?? refusePlace(action.path, action.label, action.domain, scope);
    case 'enable':
    case 'disable':
    case 'bootout':
    case 'await-gone':
    case 'await-loaded':
    case 'kickstart':
    case 'forget':
      return refuseTarget(action, scope);
    case 'record': {
      const { entry } = action;
      return refuseTarget(entry, scope) ?? refusePlace(entry.path, entry.label, entry.domain, scope);
    }
    case 'await-healthy':
      return 'a health check';
    case 'remove-leftover':
      return 'the removal of a file that is no plist';
  }
}

/** The label that is really in the text that is to be written. */
function writtenLabel(action: Action): readonly string[] {
  if (action.action !== 'write-plist') return [];
  const reading = readPlist(new TextEncoder().encode(action.content));
  const label = reading.ok && isDict(reading.value) ? reading.value.entries['Label'] : undefined;
  return typeof label === 'string' ? [label] : [];
}

function refuseTarget(
  { domain, label }: { readonly domain: Domain; readonly label: string },
  scope: RootScope,
): string | null {
  const problem = checkLabel(label);
  if (problem !== null) return `the label ${JSON.stringify(label)}: ${problem}`;
  return domain === 'system' || domain === guiOf(scope) ? null : `something in the domain ${domain}`;
}

/** The one place where the plist of this label may lie. */
function refusePlace(path: string, label: string, domain: Domain | null, scope: RootScope): string | null {
  const problem = checkLabel(label);
  if (problem !== null) return `the label ${JSON.stringify(label)}: ${problem}`;
  const { daemons, globalAgents } = scope.places;
  const folder =
    domain === 'system' ? daemons : domain !== null && domain === guiOf(scope) ? globalAgents : null;
  return folder !== null && path === posix.join(folder, `${label}.plist`) ? null : `something at ${path}`;
}

function refuseMode(mode: number): string | null {
  return (mode & ~PLIST_MODE) === 0 && (mode & 0o400) !== 0 ? null : `a plist of mode ${mode.toString(8)}`;
}

function guiOf({ uid }: RootScope): Domain | null {
  return uid === null || uid === 0 ? null : `gui/${uid}`;
}
