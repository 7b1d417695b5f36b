import { posix } from 'node:path';
import type { Domain } from '../model/domain.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { Service } from '../model/service.ts';

/**
 * What one key of a plist comes to in the loaded job. `path` is exact (`['KeepAlive', 'SuccessfulExit']`), and `['path']`
 * when launchd loaded another file. `loaded` is the value that the plist key would have, null where the job has none or it
 * cannot be read.
 */
export interface FieldVerdict {
  readonly path: readonly string[];
  readonly verdict: 'equal' | 'different' | 'unverifiable';
  readonly loaded: PlistValue | null;
}

/** A plist and the loaded job that it is compared with. */
export interface Evidence {
  readonly plist: PlistDict;
  readonly service: Service;
  readonly domain: Domain;
  /** The flags of `properties`; null when that line was not printed. */
  readonly flags: ReadonlySet<string> | null;
  /** The text has its beginning, middle and end, so a line that is not there says that the key is not set. */
  readonly whole: boolean;
}

/** Reads the flags of both forms: ` | ` between words, and the block of 0 and 1 of old releases (facts §4.1). */
export function gatherEvidence(plist: PlistDict, service: Service, domain: Domain): Evidence {
  const { fields, blocks } = service;
  const line = fields['properties'];
  const block = blocks['properties'];
  let flags: Set<string> | null = null;
  if (line !== undefined) flags = new Set(line.split('|').map((flag) => flag.trim()));
  else if (block !== undefined) {
    flags = new Set(Object.keys(block.fields).filter((flag) => block.fields[flag] !== '0'));
  }
  const whole = flags !== null && service.minimumRuntime !== null && fields['program'] !== undefined;
  return { plist, service, domain, flags, whole };
}

/** The verdict on a key that launchd prints when it is set, and only then; `loaded` undefined: it was not printed. */
export function judgePrinted(
  evidence: Evidence,
  path: readonly string[],
  loaded: PlistValue | undefined,
  isSame: boolean,
): FieldVerdict {
  if (loaded === undefined && !evidence.whole) return unverifiable(path);
  return { path, verdict: isSame ? 'equal' : 'different', loaded: loaded ?? null };
}

/** The verdict on a key that is a flag of `properties`. */
export function judgeFlag(
  { flags }: Evidence,
  key: string,
  flag: string,
  isWanted: boolean,
  loadedValue: PlistValue = true,
): FieldVerdict {
  if (flags === null) return unverifiable([key]);
  const isLoaded = flags.has(flag);
  const verdict = isLoaded === isWanted ? 'equal' : 'different';
  return { path: [key], verdict, loaded: isLoaded ? loadedValue : null };
}

export function unverifiable(path: readonly string[], loaded: PlistValue | null = null): FieldVerdict {
  return { path, verdict: 'unverifiable', loaded };
}

/** A string, or undefined: launchd skips a key whose value has the wrong type (facts §1). */
export function stringOf(plist: PlistDict, key: string): string | undefined {
  const value = plist.entries[key];
  return typeof value === 'string' ? value : undefined;
}

/** An integer, or undefined; a real is another type to launchd (facts §1). */
export function integerOf(plist: PlistDict, key: string): number | undefined {
  const value = plist.entries[key];
  return typeof value === 'number' ? value : undefined;
}

/** The strings of an array; undefined when it is absent, empty or no array. */
export function stringsOf(plist: PlistDict, key: string): readonly string[] | undefined {
  const value = plist.entries[key];
  if (!isArray(value)) return undefined;
  const strings = value.filter((element) => typeof element === 'string');
  return strings.length === 0 ? undefined : strings;
}

/** The members of a dictionary; none when it is absent or no dictionary. */
export function membersOf(plist: PlistDict, key: string): readonly (readonly [string, PlistValue])[] {
  const value = plist.entries[key];
  return isDict(value) ? Object.entries(value.entries) : [];
}

/**
 * Whether two paths are one. launchd keeps paths as they were written, but whether it resolves relative ones and `~` for
 * every key is not known (facts §1), so both forms are accepted, and so are doubled or final slashes.
 */
export function isSamePath(wanted: string, loaded: string, base: string): boolean {
  if (wanted === loaded) return true;
  if (wanted.startsWith('~/')) return loaded.startsWith('/') && loaded.endsWith(wanted.slice(1));
  return !loaded.startsWith('~') && posix.resolve(base, wanted) === posix.resolve(base, loaded);
}
