import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { parseService } from '../../src/launchd/print-service.ts';
import type { Domain, Places } from '../../src/model/domain.ts';
import type { Job } from '../../src/model/job.ts';
import type { FileIdentity, LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed, ObservedJob, ObservedPlist, ObservedService } from '../../src/model/observed.ts';
import { dict, isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { isProven } from '../../src/observe/proof.ts';
import type { PlanOptions } from '../../src/plan/options.ts';
import { parseMarker } from '../../src/plist/marker.ts';
import { readPlist } from '../../src/plist/read.ts';
import { IDLE, renderService } from '../launchd/render-service.ts';

export interface WorldFile {
  readonly text: string;
  readonly mode: number;
  /** Stands for inode and times: each change of the file takes the next. */
  readonly version: number;
  readonly symlink?: boolean;
}

export interface WorldJob {
  /** The snapshot from bootstrap. */
  readonly plist: PlistDict;
  readonly path: string;
  readonly pid: number | null;
  /** `print` answers something that cannot be read. */
  readonly garbled?: boolean;
}

/** A whole Mac as far as reconcile sees it, as a value: files, launchd, overrides, ledger. */
export interface World {
  readonly files: Readonly<Record<string, WorldFile>>;
  /** By `domain/label`. */
  readonly loaded: Readonly<Record<string, WorldJob>>;
  /** By `domain/label`; true: disabled. */
  readonly overrides: Readonly<Record<string, boolean>>;
  readonly ledger: readonly LedgerEntry[];
  readonly folders: readonly string[];
  readonly domains: readonly Domain[];
  /** Next version of a file, next pid. */
  readonly tick: number;
  readonly isRoot: boolean;
  readonly systemHidden?: boolean;
}

export const PLACES: Places = {
  launchd: 'system',
  launchctl: '/bin/launchctl',
  userAgents: '/Users/ada/Library/LaunchAgents',
  globalAgents: '/Library/LaunchAgents',
  daemons: '/Library/LaunchDaemons',
  userState: '/Users/ada/.local/state/reconcile',
  systemState: '/var/db/reconcile',
  systemNeedsRoot: true,
};

export const OPTIONS: PlanOptions = {
  stack: 'tools',
  source: '/Users/ada/dotfiles/reconcile.yaml',
  places: PLACES,
  declaresInstances: true,
  moved: [],
  prune: true,
  adopt: false,
  allowEmpty: false,
  takeOverStack: false,
  releaseHeld: false,
  targets: [],
  replace: [],
};

export const EMPTY_WORLD: World = {
  files: {},
  loaded: {},
  overrides: {},
  ledger: [],
  folders: [PLACES.userAgents, PLACES.globalAgents, PLACES.daemons],
  domains: ['gui/501', 'user/501', 'system'],
  tick: 1,
  isRoot: false,
};

/** A job of the gui domain; `keys` are added to its Label and program. */
export function job(
  instance: string,
  keys: Readonly<Record<string, PlistValue>> = {},
  over: Partial<Job> = {},
): Job {
  const label = over.label ?? `local.tools.${instance}`;
  const domain = over.domain ?? 'gui/501';
  const folder = domain === 'system' ? PLACES.daemons : PLACES.userAgents;
  return {
    instance,
    label,
    domain,
    placement: domain === 'system' ? 'system' : domain.startsWith('user/') ? 'user' : 'gui',
    path: `${folder}/${label}.plist`,
    plist: plistOf(label, { RunAtLoad: true, ...keys }),
    description: null,
    enabled: null,
    excluded: false,
    after: [],
    ignoreChanges: [],
    managedByOther: false,
    auditIgnore: [],
    folders: [],
    place: { file: OPTIONS.source, line: 4, column: 3, length: instance.length },
    ...over,
  };
}

export function plistOf(label: string, keys: Readonly<Record<string, PlistValue>> = {}): PlistDict {
  const program: PlistValue = [`/opt/tools/${label}`, '--serve'];
  return dict(Object.entries({ Label: label, ProgramArguments: program, ...keys }));
}

/** What `observe` would make of this world for these jobs. */
export function observeWorld(world: World, jobs: readonly Job[], stack = OPTIONS.stack): Observed {
  const plists = Object.keys(world.files)
    .sort()
    .map((path) => observeFile(path, world.files[path] as WorldFile));
  const targets = new Map<string, { label: string; domain: Domain }>();
  const add = (label: string, domain: Domain): void => {
    targets.set(`${domain}/${label}`, { label, domain });
  };
  for (const each of jobs) if (!each.excluded) add(each.label, each.domain);
  for (const entry of world.ledger) if (entry.stack === stack) add(entry.label, entry.domain);
  for (const plist of plists) {
    const folder = posix.dirname(plist.path);
    if (plist.marker?.stack === stack && plist.label !== null)
      add(plist.label, folder === PLACES.daemons ? 'system' : 'gui/501');
  }
  const labels = new Set([...targets.values()].map(({ label }) => label));
  for (const target of Object.keys(world.loaded)) {
    const cut = target.lastIndexOf('/');
    const label = target.slice(cut + 1);
    if (labels.has(label)) add(label, target.slice(0, cut) as Domain);
  }
  const seen = [...targets.values()].map(({ label, domain }): ObservedJob => {
    const target = `${domain}/${label}`;
    const present = world.domains.includes(domain);
    return {
      label,
      domain,
      service: present ? observeLoaded(world, domain, label, plists) : { state: 'no-domain' },
      disabled: present ? (world.overrides[overrideKey(target)] ?? null) : null,
    };
  });
  return {
    launchd: 'system',
    plists,
    jobs: seen.sort((a, b) => (a.label + a.domain < b.label + b.domain ? -1 : 1)),
    ledger: {
      version: 1,
      entries: world.ledger,
      ...(world.systemHidden === true ? { systemHidden: true } : {}),
    },
    folders: world.folders,
    mayChangeSystem: world.isRoot,
  };
}

/** gui/UID and user/UID share one override file (facts §3.1). */
export function overrideKey(target: string): string {
  return target.replace(/^gui\//, 'user/');
}

export function identityOf(file: WorldFile): FileIdentity {
  const version = String(file.version);
  return {
    dev: '1',
    ino: version,
    size: String(file.text.length),
    mtimeNs: version,
    ctimeNs: version,
    uid: 501,
    gid: 20,
    mode: file.mode,
  };
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function observeFile(path: string, file: WorldFile): ObservedPlist {
  const reading = readPlist(new TextEncoder().encode(file.text));
  const plist = reading.ok && isDict(reading.value) ? reading.value : null;
  const label = plist?.entries['Label'];
  return {
    path,
    identity: identityOf(file),
    symlink: file.symlink === true,
    hash: hashOf(file.text),
    marker: reading.ok ? parseMarker(reading.comments) : null,
    label: typeof label === 'string' ? label : null,
    plist,
    problem: reading.ok ? null : reading.problem,
  };
}

function observeLoaded(
  world: World,
  domain: Domain,
  label: string,
  plists: readonly ObservedPlist[],
): ObservedService {
  const loaded = world.loaded[`${domain}/${label}`];
  if (loaded === undefined) return { state: 'not-loaded' };
  const entry = world.ledger.find((each) => each.label === label && each.domain === domain);
  const same = plists.filter((plist) => plist.label === label);
  if (isProven(entry, same, loaded.pid)) return { state: 'proven', pid: loaded.pid };
  if (loaded.garbled === true) return { state: 'unknown', why: 'The text ends in the middle.' };
  const moment = loaded.pid === null ? IDLE : { ...IDLE, state: 'running', pid: loaded.pid, runs: 1 };
  // launchd reads an octal string as the number it is, and prints that.
  const umask = loaded.plist.entries['Umask'];
  const shown =
    typeof umask === 'string'
      ? dict([...Object.entries(loaded.plist.entries), ['Umask', Number.parseInt(umask, 8)]])
      : loaded.plist;
  const text = renderService(`${domain}/${label}`, loaded.path, shown, moment);
  const reading = parseService(text, { domain, label });
  return reading.ok ? { state: 'loaded', service: reading.service } : { state: 'unknown', why: reading.why };
}
