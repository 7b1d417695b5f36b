import { createHash } from 'node:crypto';
import { parseTarget } from '../launchd/domains.ts';
import type { Former, FormerFile, FormerService, Intent, Unfinished } from '../model/journal.ts';
import type { GaveUp } from '../model/ledger.ts';
import type { Action } from '../model/plan.ts';
import { lookAtFile, lookAtOverride } from './former.ts';
import { isLoadedFrom } from './loaded.ts';
import { look } from './poll.ts';
import { type Progress, targetOf, type Work } from './work.ts';

type Means = Pick<Work, 'ports' | 'settings'>;

/**
 * What the journal must know of a change before it begins; null when a kill in the middle of it would leave nothing half
 * done: its actions only look, start what is loaded, or write to the ledger.
 */
export function intentOf(actions: readonly Action[]): Intent | null {
  const files: Record<string, string | null> = Object.create(null);
  const loads: Record<string, string> = Object.create(null);
  const modes = new Set<string>();
  const overrides = new Set<string>();
  const out = new Set<string>();
  const holds: Record<string, GaveUp | null> = Object.create(null);
  for (const action of actions)
    switch (action.action) {
      case 'write-plist':
        files[action.path] = createHash('sha256').update(action.content).digest('hex');
        break;
      case 'remove-plist':
        files[action.path] = null;
        break;
      case 'set-mode':
        modes.add(action.path);
        break;
      case 'enable':
      case 'disable':
        overrides.add(targetOf(action));
        break;
      case 'bootout':
        out.add(targetOf(action));
        break;
      case 'bootstrap':
        loads[targetOf(action)] = action.path;
        break;
      case 'record':
        if (action.entry.held) holds[targetOf(action.entry)] = action.entry.gaveUp ?? null;
        break;
      default:
        break;
    }
  const isIdle =
    Object.keys(files).length === 0 &&
    Object.keys(loads).length === 0 &&
    modes.size + overrides.size + out.size === 0;
  if (isIdle) return null;
  const intent = { files, modes: [...modes], overrides: [...overrides], out: [...out], loads };
  return Object.keys(holds).length === 0 ? intent : { ...intent, holds };
}

/**
 * Takes up what a run that was ended left of this job: where the present is what that run made of it, the state from
 * before that run counts as the former one, so that a roll-back still leads to where all began. What anybody else has
 * changed since counts as it is now. `progress` gets what that run had done.
 */
export async function takeUp(
  unfinished: Unfinished,
  present: Former,
  progress: Progress,
  means: Means,
): Promise<Former> {
  const { former, intent } = unfinished;
  const files: Record<string, FormerFile> = Object.assign(Object.create(null), present.files);
  const services: Record<string, FormerService> = Object.assign(Object.create(null), present.services);
  const disabled: Record<string, boolean> = Object.assign(Object.create(null), present.disabled);

  for (const [path, left] of Object.entries(intent.files)) {
    const before = former.files[path];
    const now = files[path] ?? (await lookAtFile(means.ports.files, path));
    if (before === undefined || (now?.hash ?? null) !== left || isSame(now, before)) continue;
    // A first install that came as far as being loaded is a state to go back to; nothing at all is none.
    if (before === null && (await isLoadedThere(path, intent, means))) continue;
    files[path] = before;
    progress.files.set(path, left);
  }
  for (const path of intent.modes) {
    const before = former.files[path] ?? null;
    const now = files[path] ?? (await lookAtFile(means.ports.files, path));
    if (before === null || now?.hash !== before.hash || now.mode === before.mode) continue;
    files[path] = before;
    progress.modes.add(path);
  }
  for (const target of intent.out) {
    const before = former.services[target];
    if (before?.state !== 'loaded' || (await stateOf(target, means)) !== 'not-loaded') continue;
    // Its process has ended with it, and the pid may be another's by now.
    services[target] = { ...before, pid: null };
    progress.out.add(target);
  }
  for (const target of intent.overrides) {
    const before = former.disabled[target];
    const job = parseTarget(target);
    if (before === undefined || job === null) continue;
    if ((await lookAtOverride(means, job.domain, job.label)) === before) continue;
    disabled[target] = before;
    progress.overrides.add(target);
  }
  progress.changed ||=
    progress.files.size + progress.modes.size + progress.out.size + progress.overrides.size > 0;
  return { files, services, disabled };
}

/** What a change is going to do together with what an earlier run did of it. */
export function joinIntent(intent: Intent, { files, modes, overrides, out }: Progress): Intent {
  return {
    files: { ...Object.fromEntries(files), ...intent.files },
    modes: [...new Set([...modes, ...intent.modes])],
    overrides: [...new Set([...overrides, ...intent.overrides])],
    out: [...new Set([...out, ...intent.out])],
    loads: intent.loads,
    ...(intent.holds === undefined ? {} : { holds: intent.holds }),
  };
}

/** Whether nothing in launchd can be older than it seems: what was to be taken out is not there. */
export async function isSettled({ intent }: Unfinished, means: Means): Promise<boolean> {
  for (const target of intent.out) if ((await stateOf(target, means)) !== 'not-loaded') return false;
  return true;
}

/** Whether nothing is left to be finished or undone: the run had done nothing yet, or the job is gone altogether. */
export async function isMoot(unfinished: Unfinished, means: Means): Promise<boolean> {
  const { former, intent } = unfinished;
  const paths = Object.keys(intent.files);
  const present = await Promise.all(paths.map((path) => lookAtFile(means.ports.files, path)));
  if (intent.out.length + intent.modes.length + intent.overrides.length === 0)
    return paths.every((path, index) => isSame(present[index] ?? null, former.files[path] ?? null));
  return present.length > 0 && present.every((file) => file === null) && isSettled(unfinished, means);
}

async function isLoadedThere(path: string, { loads }: Intent, means: Means): Promise<boolean> {
  for (const [target, from] of Object.entries(loads)) {
    const job = parseTarget(target);
    if (from !== path || job === null) continue;
    const reading = await look(means, job.domain, job.label);
    if (reading.state === 'loaded' && (await isLoadedFrom(reading.service, path, means.ports.files)))
      return true;
  }
  return false;
}

async function stateOf(target: string, means: Means): Promise<'loaded' | 'not-loaded' | 'unknown'> {
  const job = parseTarget(target);
  if (job === null) return 'unknown';
  const { state } = await look(means, job.domain, job.label);
  return state === 'no-domain' ? 'not-loaded' : state;
}

function isSame(a: FormerFile, b: FormerFile): boolean {
  return a === null || b === null ? a === b : a.hash === b.hash && a.mode === b.mode;
}
