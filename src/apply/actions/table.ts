import type { Domain } from '../../model/domain.ts';
import type { Action, ActionName } from '../../model/plan.ts';
import type { Perform, Work } from '../work.ts';
import { makeFolder, removePlist, setMode, writePlist } from './files.ts';
import { forget, record } from './ledger.ts';
import { removeLeftover } from './leftover.ts';
import { bootstrap } from './load.ts';
import { disable, enable } from './overrides.ts';
import { awaitGone, bootout } from './unload.ts';
import { awaitLoaded, kickstart } from './verify.ts';

/** One function an action, one effect each. Health is waited for by `apply` itself, once a change is carried out. */
const ACTIONS: { readonly [Name in Exclude<ActionName, 'await-healthy'>]: Perform<Name> } = {
  'make-folder': makeFolder,
  'write-plist': writePlist,
  'set-mode': setMode,
  'remove-plist': removePlist,
  enable,
  disable,
  bootout,
  'await-gone': awaitGone,
  bootstrap,
  'await-loaded': awaitLoaded,
  kickstart,
  'remove-leftover': removeLeftover,
  record,
  forget,
};

export async function perform(action: Action, work: Work): Promise<void> {
  if (action.action === 'await-healthy') return;
  const effect = ACTIONS[action.action] as (action: Action, work: Work) => Promise<void>;
  return effect(action, work);
}

/** The domain in which this action asks something of launchd; null when it concerns files or the ledger. */
export function domainAsked(action: Action): Domain | null {
  switch (action.action) {
    case 'make-folder':
    case 'write-plist':
    case 'set-mode':
    case 'remove-plist':
    case 'remove-leftover':
    case 'record':
    case 'forget':
      return null;
    case 'enable':
    case 'disable':
    case 'bootout':
    case 'await-gone':
    case 'bootstrap':
    case 'await-loaded':
    case 'await-healthy':
    case 'kickstart':
      return action.domain;
  }
}
