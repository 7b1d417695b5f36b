import { posix } from 'node:path';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { KEY_TABLE } from './key-table.ts';
import { parseUmask } from './umask.ts';

/**
 * A plist in which equal meaning is an equal value, for comparing; never written to a file.
 *
 * Only what launchd treats the same for certain, and what a loaded job shows the same, is made the same: otherwise a plan
 * would call a job equal to its file and forever unequal to what is loaded. Left different on purpose: KeepAlive `{}` and
 * absent (facts §2.3: may start once), `{SuccessfulExit: false, Crashed: true}` and its equal without Crashed (other lines
 * in `print`), LimitLoadToSessionType Aqua and absent (facts §3.1), WorkingDirectory `/` and absent, Program and an equal
 * first argument, and Disabled, which is the first word on whether the job may load.
 */
export function normalise(plist: PlistDict): PlistDict {
  return dict(
    Object.entries(plist.entries).map(([name, value]) => [name, normaliseKey(name, value, plist)] as const),
  );
}

/** Undefined: the same as leaving the key out. */
function normaliseKey(name: string, value: PlistValue, plist: PlistDict): PlistValue | undefined {
  if (FLAG_DEFAULTS.get(name) === value) return undefined;
  switch (name) {
    case 'KeepAlive':
      // False is the absence of KeepAlive (facts §2.5), save where it takes OnDemand's place.
      return value === false && plist.entries['OnDemand'] === undefined ? undefined : value;
    case 'OnDemand':
      // True is nothing (facts §1); beside a KeepAlive it is not known which of the two wins.
      return value === true && plist.entries['KeepAlive'] === undefined ? undefined : value;
    case 'ThrottleInterval':
      // 10 is the default, and shows the same; 0 is ignored (facts §2.6).
      return value === 10 || value === 0 ? undefined : value;
    case 'ProcessType':
      // Missing is Standard, and both show as `daemon (3)` (facts §1, §4.1).
      return value === 'Standard' ? undefined : value;
    case 'Umask':
      // A string is read by strtoul, so "077" is 63 (facts §1).
      return typeof value === 'string' ? (parseUmask(value) ?? value) : value;
    case 'EnvironmentVariables':
      // They are added to launchd's own (facts §2.8); none adds nothing.
      return isDict(value) && Object.keys(value.entries).length === 0 ? undefined : value;
    case 'LimitLoadToSessionType':
      // A string or an array (facts §1): one name is the list of it.
      return typeof value === 'string' ? [value] : value;
    case 'StandardInPath':
    case 'StandardOutPath':
    case 'StandardErrorPath':
      return resolveStream(value, plist.entries['WorkingDirectory']);
    case 'StartCalendarInterval':
      return normaliseCalendar(value);
    default:
      return value;
  }
}

/**
 * Booleans whose default is known (facts §1): writing it is the same as leaving the key out. Not Disabled, which stays
 * visible since `enable` depends on it, nor OnDemand, which depends on KeepAlive.
 */
const FLAG_DEFAULTS: ReadonlyMap<string, boolean> = new Map(
  KEY_TABLE.flatMap((spec) =>
    spec.types.join() === 'boolean' &&
    spec.byDefault !== null &&
    !['Disabled', 'OnDemand'].includes(spec.name)
      ? [[spec.name, spec.byDefault === 'true'] as const]
      : [],
  ),
);

/** A relative log path is equal to its form resolved against the working directory (interface §1). */
function resolveStream(value: PlistValue, workingDirectory: PlistValue | undefined): PlistValue {
  if (typeof value !== 'string' || value === '' || value.startsWith('/') || value.startsWith('~'))
    return value;
  return typeof workingDirectory === 'string' && workingDirectory.startsWith('/')
    ? posix.join(workingDirectory, value)
    : value;
}

/** One entry is the list of it; each entry is a trigger of its own, so their order means nothing; 7 is Sunday as 0 is (facts §2.8). */
function normaliseCalendar(value: PlistValue): PlistValue {
  if (isDict(value)) return normaliseEntry(value);
  if (!isArray(value)) return value;
  const [only] = value;
  if (value.length === 1 && isDict(only)) return normaliseEntry(only);
  return value
    .map((entry) => (isDict(entry) ? normaliseEntry(entry) : entry))
    .sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
}

/** With its members sorted by name, so that equal entries are sorted to the same place. */
function normaliseEntry(entry: PlistDict): PlistDict {
  return dict(
    Object.entries(entry.entries)
      .map(([name, value]) => [name, name === 'Weekday' && value === 7 ? 0 : value] as const)
      .sort(([a], [b]) => compareText(a, b)),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
