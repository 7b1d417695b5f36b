import { checkLabel, isAppleLabel } from '../launchd/domains.ts';
import type { Former, FormerService } from '../model/journal.ts';
import type { Action, Change } from '../model/plan.ts';
import { checkExpected } from './actions/files.ts';
import { refuse } from './failure.ts';
import { targetOf } from './work.ts';

/**
 * Of macOS's own jobs not even the state is asked, and launchd is told nothing of a label that no file could declare:
 * whoever brought it into the ledger or the plan. Throws the refusal.
 */
export function checkLabels(change: Change): void {
  const acting = change.actions.filter(({ action }) => action !== 'forget');
  const named = acting.flatMap((action) => ('label' in action ? [action.label] : []));
  for (const label of acting.length > 0 ? [change.label, ...named] : []) {
    if (isAppleLabel(label))
      throw refuse('job/apple', `${label} belongs to macOS and is never touched.`, 'Choose another label.');
    const wrong = checkLabel(label);
    if (wrong !== null)
      throw refuse(
        'job/label',
        `launchd is told nothing of ${JSON.stringify(label)}: ${wrong}.`,
        'Nothing was done to it; `reconcile forget` takes it out of the ledger.',
      );
  }
}

/**
 * The last look before the first effect: whatever the plan says, some things are never done, and nothing is begun that
 * is known to end half-way. Throws the refusal.
 */
export async function checkBeforeStart(
  change: Change,
  former: Former,
  ancestry: () => Promise<readonly number[]>,
): Promise<void> {
  for (const action of change.actions) {
    if ('label' in action && isAppleLabel(action.label))
      throw refuse(
        'job/apple',
        `${action.label} belongs to macOS and is never touched.`,
        'Choose another label.',
      );
    checkFile(action, former);
    if (action.action !== 'bootout' && action.action !== 'bootstrap' && action.action !== 'kickstart')
      continue;
    const service = former.services[targetOf(action)];
    if (service?.state !== 'loaded') continue;
    checkOwner(targetOf(action), service);
    if (action.action === 'bootstrap') checkStillAbsent(change, targetOf(action), service);
    else if (action.action === 'bootout' || action.kill)
      await checkCaller(targetOf(action), service, ancestry);
  }
}

type Loaded = Extract<FormerService, { state: 'loaded' }>;

/** Before anything is booted out for it. */
function checkFile(action: Action, former: Former): void {
  if (action.action !== 'write-plist' && action.action !== 'remove-plist') return;
  if (!action.path.endsWith('.plist'))
    throw refuse(
      'plist/not-a-plist',
      `${action.path} is no place for a plist, so it is not touched.`,
      'The ledger may have been changed by something else: run reconcile plan and look.',
    );
  const hash = former.files[action.path]?.hash ?? null;
  if (action.action === 'remove-plist' && hash === null) return;
  checkExpected(action.path, action.expect, hash);
}

function checkOwner(target: string, service: Loaded): void {
  if (!service.submitted) return;
  throw refuse(
    'job/submitted',
    `${target} was given to launchd by an app (${service.path ?? 'submitted'}), not from a plist, and is never touched.`,
    'Manage it in that app, or in System Settings > General > Login Items.',
  );
}

/** What is loaded where the plan saw nothing is older than the file that is going to be written. */
function checkStillAbsent(change: Change, target: string, service: Loaded): void {
  if (change.actions.some((other) => other.action === 'bootout' && targetOf(other) === target)) return;
  throw refuse(
    'job/changed-since-plan',
    `${target} was loaded by somebody else after the plan was made, from ${service.path ?? 'an unknown place'}.`,
    'Run reconcile plan again to see what it needs now.',
  );
}

/** Taking out the job that we run in would end this process half-way, and leave the job down (facts §6, 3). */
async function checkCaller(
  target: string,
  { pid }: Loaded,
  ancestry: () => Promise<readonly number[]>,
): Promise<void> {
  if (pid === null || !(await ancestry()).includes(pid)) return;
  throw refuse(
    'job/is-caller',
    `reconcile itself runs inside ${target} (process ${pid}), so restarting that job would end reconcile half-way.`,
    'Run reconcile apply from a terminal, or from another job.',
  );
}
