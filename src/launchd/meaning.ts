import { isArray, type PlistDict, type PlistValue } from '../model/plist.ts';
import { BARE_CONDITIONS, effectiveKeepAlive, startsAtLoad } from './keep-alive.ts';
import { restartWords } from './restart-words.ts';
import { DEFAULT_EXIT_TIMEOUT, effectiveExitTimeout, effectiveThrottle } from './throttle.ts';
import { calendarWords, formatSeconds, joinWords } from './time-words.ts';
import { formatUmask, parseUmask } from './umask.ts';

/**
 * What a key comes to after a change, for the end of a plan line: `at least 5 s between two starts`. Told from the whole
 * plist as it will be, since launchd's keys work together; `after` null means that the key goes away. Empty when the key
 * explains itself.
 */
export function meaningOf(path: readonly string[], after: PlistValue | null, plist: PlistDict): string {
  const [key = '', member] = path;
  switch (key) {
    case 'KeepAlive':
    case 'OnDemand':
      return restartWords(effectiveKeepAlive(plist));
    case 'RunAtLoad':
      return runAtLoadWords(after, plist);
    case 'ThrottleInterval':
      return `at least ${formatSeconds(effectiveThrottle(plist))} between two starts${after === null ? ', launchd’s default' : ''}`;
    case 'ExitTimeOut':
      return exitTimeoutWords(after, plist);
    case 'StartInterval':
      return typeof after === 'number' && after > 0
        ? `every ${formatSeconds(after)}`
        : 'no interval starts it';
    case 'StartCalendarInterval':
      return scheduleWords(plist.entries['StartCalendarInterval']);
    case 'WatchPaths':
      return pathsWords(
        after,
        (paths) => `starts when ${joinWords(paths, 'or')} changes`,
        'no change of a path starts it',
      );
    case 'QueueDirectories':
      return pathsWords(
        after,
        (paths) => `runs while ${joinWords(paths, 'or')} is not empty`,
        'no folder starts it',
      );
    case 'Umask':
      return umaskWords(after);
    case 'ProcessType':
      return PROCESS_TYPES[typeof after === 'string' ? after : 'Standard'] ?? '';
    case 'EnvironmentVariables':
      return member !== undefined && after === null ? 'no longer set' : '';
    case 'LimitLoadToSessionType':
      return sessionWords(after);
    case 'StandardOutPath':
    case 'StandardErrorPath':
      return after === null ? 'thrown away' : '';
    case 'StandardInPath':
      return after === null ? 'reads nothing' : '';
    case 'WorkingDirectory':
      return after === null ? 'starts in /' : '';
    case 'Nice':
      return niceWords(after);
    case 'SoftResourceLimits':
    case 'HardResourceLimits':
      return member !== undefined && after === null ? 'the system’s own limit' : limitWords(member, after);
    case 'UserName':
      return `runs as ${typeof after === 'string' ? after : 'root'}`;
    case 'GroupName':
      return `runs in group ${typeof after === 'string' ? after : 'of its user'}`;
    default:
      return flagWords(key, after);
  }
}

function runAtLoadWords(after: PlistValue | null, plist: PlistDict): string {
  if (after === true) return 'starts when it is loaded, and so at every login or boot';
  return startsAtLoad(plist, BARE_CONDITIONS)
    ? 'still starts when it is loaded, since KeepAlive implies it'
    : 'does not start when it is loaded';
}

function exitTimeoutWords(after: PlistValue | null, plist: PlistDict): string {
  if (after === null)
    return `launchd’s default, ${DEFAULT_EXIT_TIMEOUT} s on current macOS, from SIGTERM to SIGKILL`;
  const seconds = effectiveExitTimeout(plist);
  return seconds === 0 ? 'SIGTERM alone, never SIGKILL' : `${formatSeconds(seconds)} from SIGTERM to SIGKILL`;
}

function scheduleWords(value: PlistValue | undefined): string {
  return value === undefined ? 'no time of the calendar starts it' : (calendarWords(value) ?? '');
}

function pathsWords(
  after: PlistValue | null,
  tell: (paths: readonly string[]) => string,
  absent: string,
): string {
  const paths = texts(after);
  return paths.length === 0 ? absent : tell(paths);
}

function texts(value: PlistValue | null): readonly string[] {
  if (value === null || !isArray(value)) return [];
  return value.filter((item) => typeof item === 'string');
}

function umaskWords(after: PlistValue | null): string {
  if (after === null) return 'launchd’s default, 022';
  const mask = typeof after === 'string' ? parseUmask(after) : after;
  return typeof mask === 'number' ? formatUmask(mask) : '';
}

const PROCESS_TYPES: Readonly<Record<string, string>> = {
  Background: 'yields processor and disk to everything else; its timers may be late',
  Standard: 'the usual share of processor and disk',
  Adaptive: 'background until an app asks it for something',
  Interactive: 'as an app in use: no limits on processor and disk',
};

const SESSIONS: Readonly<Record<string, string>> = {
  Aqua: 'graphical logins',
  Background: 'sessions without a screen',
  LoginWindow: 'the login window',
  StandardIO: 'logins at a terminal',
  System: 'the system',
};

function sessionWords(after: PlistValue | null): string {
  const names = after === null ? ['Aqua'] : typeof after === 'string' ? [after] : texts(after);
  return names.length === 0 ? '' : `loads in ${joinWords(names.map((name) => SESSIONS[name] ?? name))}`;
}

function niceWords(after: PlistValue | null): string {
  if (typeof after !== 'number' || after === 0) return 'the usual priority';
  return after > 0 ? 'yields to others' : 'goes before others';
}

const BYTES: ReadonlySet<string> = new Set([
  'Core',
  'Data',
  'FileSize',
  'MemoryLock',
  'ResidentSetSize',
  'Stack',
]);

function limitWords(member: string | undefined, after: PlistValue | null): string {
  if (typeof after !== 'number' || member === undefined) return '';
  if (member === 'CPU') return `${formatSeconds(after)} of processor time`;
  return BYTES.has(member) ? formatBytes(after) : '';
}

function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const)
    if (bytes >= size) return `${Math.round((bytes / size) * 10) / 10} ${unit}`;
  return `${bytes} bytes`;
}

/** Booleans: what true says, and what false or absent says. */
const FLAGS: ReadonlyMap<string, readonly [yes: string, no: string]> = new Map([
  ['AbandonProcessGroup', ['its children live on when it ends', 'its children are ended with it']],
  ['Debug', ['launchd logs more about it', '']],
  ['Disabled', ['not loaded until somebody enables it', 'may be loaded']],
  ['EnablePressuredExit', ['macOS may end it when idle and memory is short', '']],
  ['EnableTransactions', ['killed at once on stop while it says that it is idle', 'stopped by SIGTERM']],
  ['InitGroups', ['has all groups of its user', 'has no further groups of its user']],
  ['LaunchOnlyOnce', ['runs once, and not again before the next boot', 'may run again']],
  ['LegacyTimers', ['its timers fire on time', 'its timers may be late to save power']],
  ['LowPriorityIO', ['others use the disk first', 'the usual share of the disk']],
  [
    'LowPriorityBackgroundIO',
    ['in the background, others use the disk first', 'the usual share of the disk'],
  ],
  [
    'MaterializeDatalessFiles',
    ['opening a file in iCloud downloads it', 'opening a file in iCloud downloads nothing'],
  ],
  [
    'SessionCreate',
    ['a security session of its own, without the user’s keychain', 'shares the session it is started in'],
  ],
  ['StartOnMount', ['starts whenever a file system is mounted', 'no mount starts it']],
  ['WaitForDebugger', ['does nothing until a debugger comes', 'starts at once']],
]);

function flagWords(key: string, after: PlistValue | null): string {
  const words = FLAGS.get(key);
  if (words === undefined) return '';
  if (after === null && (key === 'InitGroups' || key === 'MaterializeDatalessFiles'))
    return key === 'InitGroups' ? words[0] : 'as the system has it';
  return after === true ? words[0] : words[1];
}
