import { isArray, isDict, type PlistDict } from '../model/plist.ts';
import { readCalendar, readPaths } from './event-triggers.ts';
import { readNumber } from './print-exit.ts';
import { effectiveThrottle } from './throttle.ts';
import {
  type Evidence,
  type FieldVerdict,
  integerOf,
  isSamePath,
  judgeFlag,
  judgePrinted,
  stringsOf,
  unverifiable,
} from './view-evidence.ts';
import { compareKeepAlive } from './view-keep-alive.ts';

/** What starts the job, and how often (facts §5). */
export function compareStart(evidence: Evidence): readonly FieldVerdict[] {
  return [
    // Only the key itself sets the flag, not a KeepAlive that implies it (facts §1, RunAtLoad).
    judgeFlag(evidence, 'RunAtLoad', 'runatload', evidence.plist.entries['RunAtLoad'] === true),
    ...compareKeepAlive(evidence),
    judgeInterval(evidence),
    judgeCalendar(evidence),
    judgePaths(evidence, 'WatchPaths'),
    judgePaths(evidence, 'QueueDirectories'),
    judgeThrottle(evidence),
  ];
}

/** `run interval = 900 seconds`; launchd ignores what is not from 1 to 2^32 - 1 (facts §1). */
function judgeInterval(evidence: Evidence): FieldVerdict {
  const path = ['StartInterval'];
  const value = integerOf(evidence.plist, 'StartInterval');
  const wanted = value !== undefined && value > 0 && value < 2 ** 32 ? value : undefined;
  const line = evidence.service.fields['run interval'];
  if (line === undefined) return judgePrinted(evidence, path, undefined, wanted === undefined);
  const loaded = readNumber(line.split(' ', 1)[0] ?? '');
  return loaded === null ? unverifiable(path) : judgePrinted(evidence, path, loaded, loaded === wanted);
}

/**
 * Schedules are compared as a set: their order means nothing, and firings at the same time are one (facts §2.8), so neither
 * does a schedule that is given twice.
 */
function judgeCalendar(evidence: Evidence): FieldVerdict {
  const path = ['StartCalendarInterval'];
  const value = evidence.plist.entries['StartCalendarInterval'];
  const wanted = isDict(value) ? [value] : isArray(value) ? value.filter(isDict) : [];
  const loaded = readCalendar(evidence.service);
  if (loaded === null) return unverifiable(path);
  const [only] = loaded ?? [];
  const isSingle = loaded?.length === 1 && !isArray(value);
  const shown = isSingle ? only : loaded === undefined ? undefined : [...loaded];
  return judgePrinted(evidence, path, shown, scheduleKey(wanted) === scheduleKey(loaded ?? []));
}

const CALENDAR_FIELDS = ['Month', 'Day', 'Weekday', 'Hour', 'Minute'];

function scheduleKey(schedules: readonly PlistDict[]): string {
  const keys = schedules.map((schedule) =>
    CALENDAR_FIELDS.map((field) => {
      const value = integerOf(schedule, field);
      if (value === undefined || value < 0) return '*';
      return String(field === 'Weekday' && value === 7 ? 0 : value);
    }).join(' '),
  );
  return [...new Set(keys)].sort().join('\n');
}

function judgePaths(evidence: Evidence, key: 'WatchPaths' | 'QueueDirectories'): FieldVerdict {
  const wanted = stringsOf(evidence.plist, key) ?? [];
  const loaded = readPaths(evidence.service, key);
  if (loaded === null) return unverifiable([key]);
  const found = loaded ?? [];
  const isSame =
    wanted.length === found.length &&
    wanted.every((path, index) => isSamePath(path, found[index] ?? '', '/'));
  // A newline in a path breaks its line in two, and the second half is lost.
  if (!isSame && wanted.some((path) => path.includes('\n'))) return unverifiable([key]);
  return judgePrinted(evidence, [key], loaded === undefined ? undefined : [...found], isSame);
}

/** Always printed. Where only the grown value is there, after crashes, it says nothing of the plist (facts §2.6). */
function judgeThrottle({ plist, service }: Evidence): FieldVerdict {
  const path = ['ThrottleInterval'];
  const loaded = service.minimumRuntime;
  if (loaded === null) return unverifiable(path);
  const wanted = effectiveThrottle(plist);
  const hasBase = service.fields['base minimum runtime'] !== undefined;
  const hasCrashed = (readNumber(service.fields['successive crashes'] ?? '') ?? 0) > 0;
  if (!hasBase && hasCrashed && loaded > wanted) return unverifiable(path, loaded);
  return { path, verdict: loaded === wanted ? 'equal' : 'different', loaded };
}
