import { posix } from 'node:path';
import { type Behaviour, describeBehaviour } from '../launchd/behaviour.ts';
import type { Scope } from '../launchd/domains.ts';
import type { KeyProblem } from '../launchd/key-problem.ts';
import { checkComplete, checkPlist } from '../launchd/keys.ts';
import { type ReadsAtStart, unwrap } from '../launchd/wrapper.ts';
import type { Place } from '../model/diagnostic.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { PlistSource } from '../plist/source.ts';

/** A job as the rules see it. */
export interface AuditedJob {
  /** Without the wrapper that reads env_file and secrets. */
  readonly plist: PlistDict;
  /** What that wrapper reads; null: there is none. */
  readonly reads: ReadsAtStart | null;
  /** Null where it is not a string. */
  readonly label: string | null;
  /** As it is declared; null of a plist. */
  readonly instance: string | null;
  /** Where the plist lies; null when the job is only declared. */
  readonly path: string | null;
  /** The text of the plist; null for a binary one, and for a job that is only declared. */
  readonly source: PlistSource | null;
  /** Null when neither its folder nor its keys tell. */
  readonly scope: Scope | null;
  /** Shipped with macOS, so its private keys are meant. */
  readonly isApples: boolean;
  /** Compiled from a declaration: what was asked for by name is meant. */
  readonly isDeclared: boolean;
  /** What it was declared to be, where another program writes its plist. */
  readonly declared: AuditedJob | null;
  /** Codes that do not count for it. */
  readonly ignore: readonly string[];
  /** Where it is declared; null of a plist. */
  readonly place: Place | null;
  /** Where each of its fields is declared, by path; empty of a plist. */
  readonly places: Readonly<Record<string, Place>>;
  /** What is executed: Program, else the first of ProgramArguments. */
  readonly program: string | null;
  /** ProgramArguments, without those that are no strings. */
  readonly words: readonly string[];
  readonly behaviour: Behaviour;
  /** What the key table finds wrong; taken for an agent where the scope is unknown. */
  readonly keyProblems: readonly KeyProblem[];
}

/** Where a job comes from. */
export interface Origin {
  readonly path: string | null;
  readonly source: PlistSource | null;
  readonly isDeclared: boolean;
  readonly scope?: Scope;
  /** Where it is declared. */
  readonly place?: Place;
  readonly places?: Readonly<Record<string, Place>>;
  readonly instance?: string;
  readonly declared?: AuditedJob;
  readonly ignore?: readonly string[];
}

/** Reads what the rules ask for more than once. */
export function auditedJob(given: PlistDict, origin: Origin): AuditedJob {
  const { plist, reads } = unwrap(given);
  const { entries } = plist;
  const label = text(entries['Label']);
  const words = strings(entries['ProgramArguments']);
  const scope = origin.scope ?? scopeOf(plist, origin.path);
  return {
    plist,
    reads,
    label,
    path: origin.path,
    source: origin.source,
    scope,
    isApples: isApples(label, origin.path, text(entries['Program']) ?? words[0] ?? null),
    isDeclared: origin.isDeclared,
    place: origin.place ?? null,
    places: origin.places ?? {},
    instance: origin.instance ?? null,
    declared: origin.declared ?? null,
    ignore: origin.ignore ?? [],
    program: text(entries['Program']) ?? words[0] ?? null,
    words,
    behaviour: describeBehaviour(plist),
    keyProblems: [...checkComplete(plist), ...checkPlist(plist, scope ?? 'agent')],
  };
}

/** By its folder; else a user to run as makes it a daemon, and a session type an agent. */
function scopeOf(plist: PlistDict, path: string | null): Scope | null {
  const folder = path === null ? '' : posix.basename(posix.dirname(path));
  if (folder === 'LaunchDaemons') return 'daemon';
  if (folder === 'LaunchAgents') return 'agent';
  if (plist.entries['UserName'] !== undefined || plist.entries['GroupName'] !== undefined) return 'daemon';
  return plist.entries['LimitLoadToSessionType'] === undefined ? null : 'agent';
}

/** Its label alone proves nothing: anybody may take it. */
function isApples(label: string | null, path: string | null, program: string | null): boolean {
  if (path?.startsWith('/System/Library/')) return true;
  return (
    label?.startsWith('com.apple.') === true &&
    program !== null &&
    /^\/(?:System|usr\/(?:libexec|sbin|bin)|sbin|bin|Library\/Apple|AppleInternal)\//.test(program)
  );
}

export function text(value: PlistValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function strings(value: PlistValue | undefined): readonly string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The members of a dictionary that are strings. */
export function textMembers(value: PlistValue | undefined): readonly (readonly [string, string])[] {
  if (!isDict(value)) return [];
  return Object.entries(value.entries).flatMap(([name, member]) =>
    typeof member === 'string' ? [[name, member] as const] : [],
  );
}

/** Every path that the plist names, with its place. */
export function namedPaths(
  job: AuditedJob,
): readonly { readonly path: (string | number)[]; readonly text: string }[] {
  const { entries } = job.plist;
  const found: { path: (string | number)[]; text: string }[] = [];
  for (const key of [
    'Program',
    'WorkingDirectory',
    'StandardInPath',
    'StandardOutPath',
    'StandardErrorPath',
  ]) {
    const value = text(entries[key]);
    if (value !== null) found.push({ path: [key], text: value });
  }
  for (const key of ['ProgramArguments', 'WatchPaths', 'QueueDirectories']) {
    const value = entries[key];
    if (isArray(value))
      value.forEach((item, index) => {
        if (typeof item === 'string') found.push({ path: [key, index], text: item });
      });
  }
  return found;
}

/** A part that a template engine, `sed` or an installer still has to fill in: `__HOME__`, `@PREFIX@`, `{{ user }}`, `%USER%`, `#{var}`. */
const PLACEHOLDER =
  /#\{[^{}]{1,200}\}|__[A-Z][A-Z0-9_]{0,80}__|@[A-Z][A-Z0-9_]{0,80}@|\{\{[^{}]{0,200}\}\}|%[A-Z][A-Z0-9_]{0,80}%|<%|\$\{[A-Za-z_][^{}]{0,200}\}\//;

export function placeholderIn(value: string): string | null {
  return PLACEHOLDER.exec(value)?.[0] ?? null;
}
