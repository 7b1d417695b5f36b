import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApplyOptions, applyPlan } from '../../src/apply/apply.ts';
import type { Domain } from '../../src/model/domain.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Action, Change } from '../../src/model/plan.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import type { Event, Report } from '../../src/model/report.ts';
import { writePlist } from '../../src/plist/write.ts';
import { realFiles } from '../../src/sys/files.ts';
import { createJournal } from '../../src/sys/journal.ts';
import { createLedgerStore } from '../../src/sys/ledger.ts';
import type { Files, Ports } from '../../src/sys/ports.ts';
import { createPatientClock, type PatientClock } from './patient-clock.ts';
import { createScriptedLaunchctl, type ScriptedJob, type ScriptedLaunchctl } from './scripted-launchctl.ts';
import { temporaryFolder } from './temporary.ts';

const uid = process.getuid?.() ?? 501;
export const GUI: Domain = `gui/${uid}`;

export interface World {
  readonly folder: string;
  readonly clock: PatientClock;
  readonly launchctl: ScriptedLaunchctl;
  readonly ports: Ports;
  readonly events: Event[];
  path(label: string): string;
  target(label: string): string;
  text(label: string): string | null;
  mode(label: string): number;
  owned(): Promise<readonly string[]>;
  /** A job that is there already: its plist on disk and loaded. */
  install(label: string, options?: { mode?: number; job?: Partial<ScriptedJob> }): string;
  create(label: string, rest?: Partial<Change>): Change;
  update(label: string, rest?: Partial<Change>): Change;
  remove(label: string, rest?: Partial<Change>): Change;
  apply(changes: readonly Change[], options?: ApplyOptions): Promise<Report>;
}

/** A folder of plists, a launchd that is data, time that does not pass, and the real file system and ledger. */
export function createWorld(files: Files = realFiles): World {
  const folder = temporaryFolder();
  const agents = join(folder, 'LaunchAgents');
  mkdirSync(agents, { mode: 0o755 });
  const clock = createPatientClock();
  const launchctl = createScriptedLaunchctl(clock, GUI);
  const state = join(folder, 'state');
  const places = {
    userState: state,
    systemState: state,
    userAgents: agents,
    daemons: join(folder, 'd'),
    globalAgents: join(folder, 'g'),
  };
  const ledger = createLedgerStore(places, realFiles, uid);
  const journal = createJournal(places, realFiles, launchctl.processes, uid);
  const ports: Ports = { launchctl, files, clock, processes: launchctl.processes, ledger, journal };
  const events: Event[] = [];
  const path = (label: string): string => join(agents, `${label}.plist`);

  const change = (
    label: string,
    op: Change['op'],
    actions: readonly Action[],
    rest: Partial<Change>,
  ): Change => ({
    instance: label,
    label,
    domain: GUI,
    op,
    reasons: [],
    restarts: op === 'update',
    starts: op === 'create',
    blocked: null,
    plist: path(label),
    fields: [],
    actions,
    deferred: null,
    after: [],
    stopTimeout: null,
    ...rest,
  });
  const write = (label: string, version: string): Action => ({
    action: 'write-plist',
    path: path(label),
    content: plistText(label, version),
    mode: 0o644,
    expect: existsSync(path(label)) ? hash(readFileSync(path(label))) : null,
  });
  const out = (label: string): readonly Action[] => [
    { action: 'bootout', domain: GUI, label },
    {
      action: 'await-gone',
      domain: GUI,
      label,
      pid: launchctl.jobs.get(`${GUI}/${label}`)?.pid ?? null,
      exitTimeout: 5,
    },
  ];
  const into = (label: string, version: string): readonly Action[] => [
    { action: 'bootstrap', domain: GUI, label, path: path(label) },
    { action: 'await-loaded', domain: GUI, label, starts: true },
    { action: 'record', entry: entry(label, path(label), plistText(label, version)) },
  ];

  return {
    folder,
    clock,
    launchctl,
    ports,
    events,
    path,
    target: (label) => `${GUI}/${label}`,
    text: (label) => (existsSync(path(label)) ? readFileSync(path(label), 'utf8') : null),
    mode: (label) => statSync(path(label)).mode & 0o7777,
    owned: async () => (await ledger.read()).entries.map(({ label }) => label).sort(),
    install(label, { mode = 0o644, job } = {}) {
      writeFileSync(path(label), plistText(label, 'former'));
      chmodSync(path(label), mode);
      launchctl.load(`${GUI}/${label}`, path(label), job);
      return plistText(label, 'former');
    },
    create: (label, rest = {}) => change(label, 'create', [write(label, 'new'), ...into(label, 'new')], rest),
    update: (label, rest = {}) =>
      change(label, 'update', [write(label, 'new'), ...out(label), ...into(label, 'new')], rest),
    remove: (label, rest = {}) =>
      change(
        label,
        'delete',
        [
          ...out(label),
          { action: 'remove-plist', path: path(label), expect: hash(readFileSync(path(label))) },
          { action: 'forget', domain: GUI, label },
        ],
        rest,
      ),
    apply: (changes, options = {}) =>
      applyPlan(
        { stack: 'test', launchd: 'system', changes, diagnostics: [] },
        ports,
        (event) => events.push(event),
        { settleMs: 0, parallelism: 1, ...options },
      ),
  };
}

export function plistText(
  label: string,
  version: string,
  more: readonly [string, PlistValue][] = [],
): string {
  return writePlist(dict([['Label', label], ['ProgramArguments', ['/bin/echo', version]], ...more]));
}

export function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function entry(label: string, path: string, content: string): LedgerEntry {
  return {
    label,
    domain: GUI,
    path,
    instance: label,
    stack: 'test',
    source: '/tmp/reconcile.yaml',
    fileHash: hash(content),
    applied: {},
    adopted: false,
    held: false,
    proof: null,
  };
}
