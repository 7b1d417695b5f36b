import type { Config, Instance, InstanceFields, Origin } from '../../src/config/instance.ts';
import { type Compilation, compileJobs } from '../../src/desired/compile.ts';
import type { Place } from '../../src/model/diagnostic.ts';
import type { Host, Places } from '../../src/model/domain.ts';
import type { Job } from '../../src/model/job.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { plistToJson } from '../../src/plist/json.ts';

export const HOST: Host = {
  host: 'studio',
  user: 'ada',
  uid: 501,
  gid: 20,
  home: '/Users/ada',
  os: 'macos',
  arch: 'arm64',
  env: {},
};

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

export const FILE = '/Users/ada/dotfiles/reconcile.yaml';

/** A dictionary as `launchd:` holds it; plain objects within stand for dictionaries. */
export function keys(entries: Readonly<Record<string, unknown>>): PlistDict {
  return dict(Object.entries(entries).map(([key, value]) => [key, toPlist(value)]));
}

function toPlist(value: unknown): PlistValue {
  if (Array.isArray(value)) return value.map(toPlist);
  return typeof value === 'object' && value !== null ? keys({ ...value }) : (value as PlistValue);
}

export function place(line: number, column = 1, length = 1): Place {
  return { file: FILE, line, column, length };
}

/** An instance whose fields all come from the instance itself, unless `origins` says otherwise. */
export function instance(
  name: string,
  fields: InstanceFields,
  more: {
    readonly line?: number;
    readonly excluded?: boolean;
    readonly places?: Record<string, Place>;
    readonly origins?: Record<string, Origin>;
  } = {},
): Instance {
  const origins: Record<string, Origin> = {};
  for (const [key, value] of Object.entries(fields)) {
    origins[key] = 'instance';
    if (typeof value === 'object')
      for (const member of Object.keys(value)) origins[`${key}.${member}`] = 'instance';
  }
  return {
    name,
    fields,
    place: place(more.line ?? 1),
    excluded: more.excluded ?? false,
    places: more.places ?? {},
    origins: { ...origins, ...more.origins },
  };
}

export function config(...instances: readonly Instance[]): Config {
  return {
    name: 'test',
    label_prefix: 'com.example',
    file: FILE,
    files: [FILE],
    declares_instances: true,
    auditIgnore: [],
    instances,
    layers: [],
    moved: [],
  };
}

export function compile(...instances: readonly Instance[]): Compilation {
  return compileJobs(config(...instances), HOST, PLACES);
}

/** The job that one instance with these fields becomes, when nothing is wrong with them. */
export function jobOf(fields: InstanceFields, origins: Record<string, Origin> = {}): Job {
  const { jobs, diagnostics } = compile(instance('job', fields, { origins }));
  const [job] = jobs;
  if (job === undefined) throw new Error(`does not compile: ${JSON.stringify(diagnostics)}`);
  return job;
}

/** Its plist as plain values, without the keys that every one of these tests would repeat. */
export function keysOf(
  fields: InstanceFields,
  origins: Record<string, Origin> = {},
): Record<string, unknown> {
  const { Label: _label, ...keys } = plistToJson(jobOf(fields, origins).plist) as Record<string, unknown>;
  return keys;
}

/** `severity code` of everything that is said about one instance with these fields. */
export function codesOf(fields: InstanceFields, origins: Record<string, Origin> = {}): readonly string[] {
  return compile(instance('job', fields, { origins })).diagnostics.map(
    ({ severity, code }) => `${severity} ${code}`,
  );
}
