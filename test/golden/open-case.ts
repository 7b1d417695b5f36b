import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { compileJobs } from '../../src/desired/compile.ts';
import type { Domain, Host } from '../../src/model/domain.ts';
import type { Job } from '../../src/model/job.ts';
import { isDict, type PlistDict } from '../../src/model/plist.ts';
import type { PlanOptions } from '../../src/plan/options.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { readPlist } from '../../src/plist/read.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, OPTIONS, observeWorld, overrideKey, PLACES, type World } from '../support/world.ts';

const HOST: Host = {
  host: 'studio',
  user: 'ada',
  uid: 501,
  gid: 20,
  home: '/Users/ada',
  os: 'macos',
  arch: 'arm64',
  env: {},
};

/** What happened behind reconcile's back between its last apply and this plan. */
type Happening =
  /** Text of an installed plist is replaced. */
  | { readonly edit: string; readonly from: string; readonly to: string }
  | { readonly bootout: string }
  | { readonly disable: string }
  /** launchd loads the installed plist as it is now, from its place or from another path. */
  | { readonly load: string; readonly from?: string }
  | { readonly remove: string }
  | { readonly garble: string }
  | { readonly 'lose-ledger': true }
  | { readonly 'log-out': true };

export interface GoldenCase {
  readonly jobs: readonly Job[];
  readonly world: World;
  readonly options: PlanOptions;
}

/**
 * A folder of `cases/`: `before.yaml` was applied first, if it is there; then the plists of `installed/` were put into
 * the user's LaunchAgents, and `outside.json` happened, in its order. `reconcile.yaml` is what is planned, with
 * `options.json`.
 */
export function openCase(folder: string): GoldenCase {
  const text = (name: string): string | null => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  let world: World = EMPTY_WORLD;
  const before = text('before.yaml');
  if (before !== null) {
    const { jobs, options } = compile(before);
    world = simulatePlan(world, planChanges(jobs, observeWorld(world, jobs), options));
  }
  const installed = join(folder, 'installed');
  for (const name of existsSync(installed) ? readdirSync(installed).sort() : []) {
    world = put(world, `${PLACES.userAgents}/${name}`, readFileSync(join(installed, name), 'utf8'));
  }
  for (const happening of JSON.parse(text('outside.json') ?? '[]') as readonly Happening[]) {
    world = happen(world, happening);
  }
  const { jobs, options } = compile(text('reconcile.yaml') ?? '');
  const given = JSON.parse(text('options.json') ?? '{}') as Partial<PlanOptions>;
  return { jobs, world, options: { ...options, ...given } };
}

function compile(yaml: string): { readonly jobs: readonly Job[]; readonly options: PlanOptions } {
  const source = {
    read: () => ({ ok: true as const, text: yaml, realPath: OPTIONS.source }),
    glob: () => [],
  };
  const { config, diagnostics } = loadConfig([OPTIONS.source], source, HOST);
  if (config === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  const compiled = compileJobs(config, HOST, PLACES);
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors, null, 2));
  const moved = config.moved.map(({ from, to }) => ({ from, to }));
  const declaresInstances = config.declares_instances;
  return { jobs: compiled.jobs, options: { ...OPTIONS, stack: config.name, moved, declaresInstances } };
}

function put(world: World, path: string, text: string): World {
  const file = { text, mode: 0o644, version: world.tick };
  return { ...world, tick: world.tick + 1, files: { ...world.files, [path]: file } };
}

function happen(world: World, what: Happening): World {
  if ('edit' in what) {
    const path = pathOf(what.edit);
    const text = textAt(world, path);
    if (!text.includes(what.from)) throw new Error(`${what.edit} holds no ${what.from}`);
    return put(world, path, text.replace(what.from, what.to));
  }
  if ('bootout' in what) return { ...world, loaded: omit(world.loaded, targetOf(what.bootout)) };
  if ('disable' in what) {
    return { ...world, overrides: { ...world.overrides, [overrideKey(targetOf(what.disable))]: true } };
  }
  if ('load' in what) {
    const path = pathOf(what.load);
    const job = { plist: plistIn(textAt(world, path)), path: what.from ?? path, pid: 900 + world.tick };
    return { ...world, tick: world.tick + 1, loaded: { ...world.loaded, [targetOf(what.load)]: job } };
  }
  if ('remove' in what) return { ...world, files: omit(world.files, pathOf(what.remove)) };
  if ('garble' in what) {
    const target = targetOf(what.garble);
    const job = world.loaded[target];
    if (job === undefined) throw new Error(`${what.garble} is not loaded`);
    // Another process than the proof knows, or nobody would ask.
    const garbled = { ...job, pid: 1, garbled: true };
    return { ...world, loaded: { ...world.loaded, [target]: garbled } };
  }
  if ('lose-ledger' in what) return { ...world, ledger: [] };
  return {
    ...world,
    loaded: {},
    domains: world.domains.filter((domain: Domain) => !domain.startsWith('gui/')),
  };
}

function pathOf(label: string): string {
  return `${PLACES.userAgents}/${basename(label)}.plist`;
}

function targetOf(label: string): string {
  return `gui/501/${label}`;
}

function textAt(world: World, path: string): string {
  const file = world.files[path];
  if (file === undefined) throw new Error(`${path} is not there`);
  return file.text;
}

function plistIn(text: string): PlistDict {
  const reading = readPlist(new TextEncoder().encode(text));
  if (!reading.ok || !isDict(reading.value)) throw new Error('an installed plist cannot be read');
  return reading.value;
}

function omit<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}
