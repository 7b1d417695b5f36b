import type { Place } from '../model/diagnostic.ts';

/** The fields of a reconcile file that write a key of a plist, the most telling first. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Label: ['label'],
  Program: ['program', 'command', 'script'],
  ProgramArguments: ['command', 'script', 'program'],
  WorkingDirectory: ['working_dir'],
  EnvironmentVariables: ['environment'],
  StandardInPath: ['stdin'],
  StandardOutPath: ['stdout', 'logs'],
  StandardErrorPath: ['stderr', 'logs'],
  UserName: ['user'],
  GroupName: ['group'],
  Umask: ['umask'],
  RunAtLoad: ['start.at_load', 'restart'],
  StartInterval: ['start.every'],
  StartCalendarInterval: ['start.schedule'],
  WatchPaths: ['start.watch'],
  QueueDirectories: ['start.queue'],
  StartOnMount: ['start.on_mount'],
  KeepAlive: ['restart.policy', 'restart.run_while', 'restart'],
  ThrottleInterval: ['restart.throttle', 'restart'],
  ExitTimeOut: ['stop_timeout'],
  ProcessType: ['process_type'],
  Nice: ['nice'],
  LowPriorityIO: ['low_priority_io'],
  SoftResourceLimits: ['limits'],
  HardResourceLimits: ['limits'],
  LimitLoadToSessionType: ['session_types'],
};

/**
 * Where the file says what a key of the compiled plist holds: `ThrottleInterval` at `restart.throttle`, what stands below
 * `launchd:` there. Null: nothing in the file names it.
 *
 * @param places place of each field by its path, as in `Instance.places`
 * @param key path in the plist: `['EnvironmentVariables', 'PATH']`
 */
export function fieldPlace(
  places: Readonly<Record<string, Place>>,
  key: readonly (string | number)[],
): Place | null {
  const [first = '', ...rest] = key.map(String);
  if (first === '') return null;
  const own = Object.hasOwn(FIELDS, first) ? (FIELDS[first] ?? []) : [];
  const ofPath = first === 'EnvironmentVariables' && rest[0] === 'PATH' ? ['path'] : [];
  for (const base of [`launchd.${first}`, `launchd_unchecked.${first}`, ...ofPath, ...own])
    for (let length = rest.length; length >= 0; length--) {
      const path = [base, ...rest.slice(0, length)].join('.');
      const place = Object.hasOwn(places, path) ? places[path] : undefined;
      if (place !== undefined) return place;
    }
  return null;
}
