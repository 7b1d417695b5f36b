import { posix } from 'node:path';
import { BARE_CONDITIONS, startsAtLoad } from '../../src/launchd/keep-alive.ts';
import type { Action, Change, Plan } from '../../src/model/plan.ts';
import { isDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';
import { hashOf, identityOf, overrideKey, type World } from './world.ts';

/** Thrown where launchd or apply would refuse: a plan must never make an action that can be known to fail. */
export class Refused extends Error {}

/** The world after every action of a plan; blocked and deferred changes do what their actions say, if any. */
export function simulatePlan(world: World, plan: Plan): World {
  return plan.changes.reduce(
    (before, change) => (change.deferred === 'needs-root' ? before : simulateChange(before, change)),
    world,
  );
}

/** @param stopAfter how many actions are done before the process is killed; all of them by default */
export function simulateChange(world: World, change: Change, stopAfter = Number.POSITIVE_INFINITY): World {
  const loads = change.actions.some((action) => action.action === 'bootstrap');
  return change.actions
    .slice(0, stopAfter)
    .reduce((before, action) => simulateAction(before, action, loads), world);
}

/** The world after one action, as launchd and the file system would have it. */
export function simulateAction(world: World, action: Action, provesLoading: boolean): World {
  const next = { ...world, tick: world.tick + 1 };
  switch (action.action) {
    case 'make-folder':
      return { ...next, folders: [...world.folders, action.path] };
    case 'write-plist': {
      const there = world.files[action.path];
      if ((there === undefined ? null : hashOf(there.text)) !== action.expect)
        throw new Refused('file changed');
      if (there?.symlink === true) throw new Refused('symlink');
      if (!world.folders.includes(posix.dirname(action.path))) throw new Refused('no folder');
      const file = { text: action.content, mode: action.mode, version: world.tick };
      return { ...next, files: { ...world.files, [action.path]: file } };
    }
    case 'set-mode': {
      const there = world.files[action.path];
      if (there === undefined) throw new Refused('no file to chmod');
      const file = { ...there, mode: action.mode, version: world.tick };
      return { ...next, files: { ...world.files, [action.path]: file } };
    }
    case 'remove-plist': {
      const there = world.files[action.path];
      if (there === undefined || hashOf(there.text) !== action.expect) throw new Refused('file changed');
      return { ...next, files: without(world.files, action.path) };
    }
    case 'enable':
    case 'disable': {
      if (!world.domains.includes(action.domain)) throw new Refused('no domain');
      const key = overrideKey(`${action.domain}/${action.label}`);
      return { ...next, overrides: { ...world.overrides, [key]: action.action === 'disable' } };
    }
    case 'bootout': {
      const target = `${action.domain}/${action.label}`;
      if (world.loaded[target] === undefined) throw new Refused(`bootout of ${target}, which is not loaded`);
      return { ...next, loaded: without(world.loaded, target) };
    }
    case 'await-gone':
      if (world.loaded[`${action.domain}/${action.label}`] !== undefined) throw new Refused('still there');
      return next;
    case 'bootstrap':
      return bootstrap(next, action);
    case 'await-loaded':
      if (world.loaded[`${action.domain}/${action.label}`] === undefined) throw new Refused('not loaded');
      return next;
    case 'record': {
      const { entry } = action;
      const file = world.files[entry.path];
      const loaded = world.loaded[`${entry.domain}/${entry.label}`];
      const proof =
        provesLoading && file !== undefined && loaded !== undefined
          ? { file: identityOf(file), pid: loaded.pid }
          : entry.proof;
      return { ...next, ledger: [...remaining(world, entry.domain, entry.label), { ...entry, proof }] };
    }
    case 'forget':
      return { ...next, ledger: remaining(world, action.domain, action.label) };
    case 'await-healthy':
    case 'kickstart':
    case 'remove-leftover':
      throw new Refused(`${action.action} is no action of a plan yet`);
  }
}

function bootstrap(world: World, { domain, label, path }: Extract<Action, { action: 'bootstrap' }>): World {
  const target = `${domain}/${label}`;
  const file = world.files[path];
  if (!world.domains.includes(domain)) throw new Refused('125');
  if (world.loaded[target] !== undefined) throw new Refused('37: loaded already');
  if (file === undefined) throw new Refused('108: no plist');
  if ((file.mode & 0o022) !== 0) throw new Refused('122: mode');
  const reading = readPlist(new TextEncoder().encode(file.text));
  if (!reading.ok || !isDict(reading.value)) throw new Refused('109: invalid plist');
  if (reading.value.entries['Label'] !== label) throw new Refused('another Label');
  const disabled = world.overrides[overrideKey(target)] ?? reading.value.entries['Disabled'] === true;
  if (disabled) throw new Refused('119: disabled');
  const pid = startsAtLoad(reading.value, BARE_CONDITIONS) ? 1000 + world.tick : null;
  return { ...world, loaded: { ...world.loaded, [target]: { plist: reading.value, path, pid } } };
}

function remaining(world: World, domain: string, label: string): World['ledger'] {
  return world.ledger.filter((entry) => entry.domain !== domain || entry.label !== label);
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}
