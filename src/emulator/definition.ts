import { type CalendarEntry, readCalendarEntries } from '../launchd/calendar-entry.ts';
import { effectiveKeepAlive } from '../launchd/keep-alive.ts';
import { effectiveExitTimeout, effectiveThrottle } from '../launchd/throttle.ts';
import { parseUmask } from '../launchd/umask.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';

export interface ResourceLimit {
  /** launchd's own name, as `print` writes it: `maxfiles`. */
  readonly name: LimitName;
  readonly kind: 'soft' | 'hard';
  readonly value: number;
}

export type LimitName =
  | 'core'
  | 'cpu'
  | 'data'
  | 'fsize'
  | 'memlock'
  | 'maxfiles'
  | 'maxproc'
  | 'rss'
  | 'stack';

export type ProcessType = 'Background' | 'Standard' | 'Adaptive' | 'Interactive';

/** Where `print` shows the plist of a job that has none, as `launchctl submit` makes them. */
export const SUBMITTED = '(submitted by launchctl)';

/** Flags that `print` lists as properties and that nothing else here depends on. */
export interface Flags {
  readonly lowPriorityIo: boolean;
  readonly lowPriorityBackgroundIo: boolean;
  readonly transactions: boolean;
  readonly pressuredExit: boolean;
  readonly inetd: boolean;
  readonly dataless: boolean;
}

/**
 * A job's definition, as launchd holds it: a snapshot taken when the plist is loaded; the file is never read again (facts
 * §2.1). A key whose value has the wrong type counts as absent (facts §1).
 */
export interface Definition {
  readonly label: string;
  /** Absolute path of the plist that it came from. */
  readonly path: string;
  /** As in the plist; for programs inferred from ProgramArguments its first element. */
  readonly program: string;
  /** `Program` was given; otherwise `print` says `inferred program`. */
  readonly explicitProgram: boolean;
  /** argv; with `Program` alone, that program. Null when ProgramArguments is absent. */
  readonly arguments: readonly string[] | null;
  readonly workingDirectory: string | null;
  /** Counts for root only (facts §1). */
  readonly rootDirectory: string | null;
  readonly stdin: string | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: number | null;
  readonly userName: string | null;
  readonly groupName: string | null;
  readonly initGroups: boolean;
  readonly runAtLoad: boolean;
  readonly keepAlive: boolean | PlistDict;
  /** Seconds, from start to start. */
  readonly throttle: number;
  /** Seconds from SIGTERM to SIGKILL; 0 is never. */
  readonly exitTimeout: number;
  /** Seconds. */
  readonly startInterval: number | null;
  /** StartCalendarInterval; empty: none. */
  readonly calendar: readonly CalendarEntry[];
  readonly startOnMount: boolean;
  readonly abandonProcessGroup: boolean;
  readonly launchOnlyOnce: boolean;
  readonly nice: number | null;
  readonly limits: readonly ResourceLimit[];
  readonly processType: ProcessType;
  readonly flags: Flags;
  /** Session types that it may be loaded in; null when the key is absent. */
  readonly sessionTypes: readonly string[] | null;
  /** The key `Disabled`; an override wins over it. */
  readonly disabled: boolean;
  /** Everything, for the keys that are only looked at when they are printed. */
  readonly plist: PlistDict;
}

/** Codes that launchd refuses a definition with (facts §3.4): 110 no label, 111 no program. */
export type DefinitionReading =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly code: 110 | 111 };

const LIMITS: readonly (readonly [key: string, name: LimitName])[] = [
  ['Core', 'core'],
  ['CPU', 'cpu'],
  ['Data', 'data'],
  ['FileSize', 'fsize'],
  ['MemoryLock', 'memlock'],
  ['NumberOfFiles', 'maxfiles'],
  ['NumberOfProcesses', 'maxproc'],
  ['ResidentSetSize', 'rss'],
  ['Stack', 'stack'],
];

/** Takes a plist for what launchd would understand of it. */
export function readDefinition(plist: PlistDict, path: string): DefinitionReading {
  const key = (name: string): PlistValue | undefined => plist.entries[name];
  const label = text(key('Label'));
  if (label === null || label === '' || label.includes('/')) return { ok: false, code: 110 };
  const argv = texts(key('ProgramArguments'));
  const program = text(key('Program'));
  const effective = program ?? argv?.[0] ?? '';
  if (effective === '') return { ok: false, code: 111 };
  const limitTo = key('LimitLoadToSessionType');
  return {
    ok: true,
    definition: {
      label,
      path,
      program: effective,
      explicitProgram: program !== null,
      arguments: argv !== null && argv.length > 0 ? argv : null,
      workingDirectory: text(key('WorkingDirectory')),
      rootDirectory: text(key('RootDirectory')),
      stdin: text(key('StandardInPath')),
      stdout: text(key('StandardOutPath')),
      stderr: text(key('StandardErrorPath')),
      environment: environmentOf(key('EnvironmentVariables')),
      umask: umaskOf(key('Umask')),
      userName: text(key('UserName')),
      groupName: text(key('GroupName')),
      initGroups: key('InitGroups') !== false,
      runAtLoad: key('RunAtLoad') === true,
      keepAlive: effectiveKeepAlive(plist),
      throttle: effectiveThrottle(plist),
      exitTimeout: effectiveExitTimeout(plist),
      startInterval: integer(key('StartInterval'), 1, 2 ** 32 - 1),
      calendar: readCalendarEntries(key('StartCalendarInterval')),
      startOnMount: key('StartOnMount') === true,
      abandonProcessGroup: key('AbandonProcessGroup') === true,
      launchOnlyOnce: key('LaunchOnlyOnce') === true,
      nice: integer(key('Nice'), -20, 20),
      limits: [
        ...limitsOf(key('SoftResourceLimits'), 'soft'),
        ...limitsOf(key('HardResourceLimits'), 'hard'),
      ],
      processType: processTypeOf(key('ProcessType')),
      flags: {
        lowPriorityIo: key('LowPriorityIO') === true,
        lowPriorityBackgroundIo: key('LowPriorityBackgroundIO') === true,
        transactions: key('EnableTransactions') === true || key('EnablePressuredExit') === true,
        pressuredExit: key('EnablePressuredExit') === true,
        inetd: isDict(key('inetdCompatibility')),
        dataless: key('MaterializeDatalessFiles') !== undefined,
      },
      sessionTypes: typeof limitTo === 'string' ? [limitTo] : texts(limitTo),
      disabled: key('Disabled') === true,
      plist,
    },
  };
}

/** A string that a C string can hold: a NUL would cut it, so it counts as of the wrong type. */
function text(value: PlistValue | undefined): string | null {
  return typeof value === 'string' && !value.includes('\0') ? value : null;
}

/** An array of strings; elements of another type are skipped. Null: not an array. */
function texts(value: PlistValue | undefined): readonly string[] | null {
  return isArray(value) ? value.flatMap((element) => text(element) ?? []) : null;
}

function integer(value: PlistValue | undefined, least: number, most: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : null;
}

function environmentOf(value: PlistValue | undefined): Readonly<Record<string, string>> {
  const variables: Record<string, string> = Object.create(null);
  if (isDict(value))
    for (const [name, content] of Object.entries(value.entries)) {
      const written = text(content);
      if (written !== null && name !== '' && !/[=\0]/.test(name)) variables[name] = written;
    }
  return variables;
}

/** An integer is decimal; a string is read as strtoul does: `022` octal, `0x12` hexadecimal, `18` decimal (facts §1). */
function umaskOf(value: PlistValue | undefined): number | null {
  return typeof value === 'string' ? parseUmask(value.trim()) : integer(value, 0, 0o777);
}

function limitsOf(value: PlistValue | undefined, kind: 'soft' | 'hard'): readonly ResourceLimit[] {
  if (!isDict(value)) return [];
  return LIMITS.flatMap(([key, name]) => {
    const limit = integer(value.entries[key], 0, Number.MAX_SAFE_INTEGER);
    return limit === null ? [] : [{ name, kind, value: limit }];
  });
}

function processTypeOf(value: PlistValue | undefined): ProcessType {
  return value === 'Background' || value === 'Adaptive' || value === 'Interactive' ? value : 'Standard';
}
