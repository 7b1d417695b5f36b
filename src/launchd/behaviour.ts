import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { warnBehaviour } from './behaviour-warnings.ts';
import { type Conditions, type ExitKind, effectiveKeepAlive, startsAtLoad } from './keep-alive.ts';
import { type RestartVerdict, restartVerdict, restartWords, worldWords } from './restart-words.ts';
import { effectiveExitTimeout, effectiveThrottle } from './throttle.ts';
import { calendarWords, formatSeconds, joinWords } from './time-words.ts';

/** Something that starts the job; `told` is the end of a sentence that begins with "It starts". */
export interface StartTrigger {
  readonly on:
    | 'load'
    | 'condition'
    | 'interval'
    | 'calendar'
    | 'path-change'
    | 'queue'
    | 'mount'
    | 'message'
    | 'socket'
    | 'event';
  readonly told: string;
}

/** What happens after one kind of end. */
export interface ExitRow {
  /** `exit 0`, `SIGTERM`, … */
  readonly exit: string;
  readonly verdict: RestartVerdict;
}

/** How launchd treats a job, from its plist alone (facts §2). */
export interface Behaviour {
  /** Empty: only by hand. */
  readonly starts: readonly StartTrigger[];
  readonly restarts: readonly ExitRow[];
  /** The rows in words: `restarts after a failure or a signal; stays down after exit 0`. */
  readonly restartWords: string;
  /** Fewest seconds from one start to the next. */
  readonly throttle: number;
  readonly stop: {
    /** Seconds from SIGTERM to SIGKILL; null: never. */
    readonly killAfter: number | null;
    /** What is left of its process group is ended too. */
    readonly endsProcessGroup: boolean;
    /** Killed at once while it says that it is idle (EnableTransactions). */
    readonly killedWhenIdle: boolean;
  };
  /** Traps, each a sentence. */
  readonly warnings: readonly string[];
  /** All of it but the warnings, in whole sentences. */
  readonly sentences: readonly string[];
}

const EXITS: readonly (readonly [name: string, exit: ExitKind])[] = [
  ['exit 0', { code: 0 }],
  ['exit 1 (any code but 0)', { code: 1 }],
  ['SIGTERM', { signal: 15 }],
  ['SIGKILL', { signal: 9 }],
  ['SIGSEGV, SIGABRT (a crash)', { signal: 11 }],
];

export function describeBehaviour(plist: PlistDict): Behaviour {
  const keepAlive = effectiveKeepAlive(plist);
  const exitTimeout = effectiveExitTimeout(plist);
  const killedWhenIdle =
    plist.entries['EnableTransactions'] === true || plist.entries['EnablePressuredExit'] === true;
  const facts = {
    starts: startTriggers(plist, keepAlive),
    restarts: EXITS.map(([exit, kind]) => ({ exit, verdict: restartVerdict(keepAlive, kind) })),
    restartWords: restartWords(keepAlive),
    throttle: effectiveThrottle(plist),
    stop: {
      killAfter: exitTimeout === 0 ? null : exitTimeout,
      endsProcessGroup: plist.entries['AbandonProcessGroup'] !== true,
      killedWhenIdle,
    },
  };
  return { ...facts, warnings: warnBehaviour(plist, facts), sentences: tell(plist, facts) };
}

function startTriggers(plist: PlistDict, keepAlive: boolean | PlistDict): readonly StartTrigger[] {
  const { entries } = plist;
  const triggers: StartTrigger[] = [];
  const add = (on: StartTrigger['on'], told: string) => triggers.push({ on, told });
  if (startsAtLoad(plist, nothingHolds(keepAlive)))
    add('load', 'when it is loaded, which is now and at every login or boot');
  const world = isDict(keepAlive) ? worldWords(keepAlive) : [];
  if (world.length > 0) add('condition', joinWords(world, 'or'));
  const interval = entries['StartInterval'];
  if (typeof interval === 'number' && interval > 0)
    add('interval', `every ${formatSeconds(interval)}, first that long after it is loaded`);
  const calendar = entries['StartCalendarInterval'];
  const schedule = calendar === undefined ? null : calendarWords(calendar);
  if (schedule !== null) add('calendar', `at these local times: ${schedule}`);
  const watched = texts(entries['WatchPaths']);
  if (watched.length > 0) add('path-change', `when ${joinWords(watched, 'or')} changes`);
  const queues = texts(entries['QueueDirectories']);
  if (queues.length > 0) add('queue', `while ${joinWords(queues, 'or')} is not empty`);
  if (entries['StartOnMount'] === true) add('mount', 'whenever a file system is mounted');
  const services = names(entries['MachServices']);
  if (services.length > 0) add('message', `when a message comes to ${joinWords(services, 'or')}`);
  const sockets = names(entries['Sockets']);
  if (sockets.length > 0) add('socket', `when somebody connects to its socket ${joinWords(sockets, 'or')}`);
  const events = names(entries['LaunchEvents']);
  if (events.length > 0) add('event', `on events of ${joinWords(events, 'or')}`);
  return triggers;
}

type Facts = Omit<Behaviour, 'warnings' | 'sentences'>;

function tell(plist: PlistDict, facts: Facts): readonly string[] {
  const afterDemand = isDict(plist.entries['KeepAlive'])
    ? plist.entries['KeepAlive'].entries['AfterInitialDemand'] === true
    : false;
  return [
    facts.starts.length === 0
      ? 'Nothing starts it but you: `reconcile restart` or `launchctl kickstart`.'
      : `It starts ${facts.starts.map((trigger) => trigger.told).join('; and ')}.`,
    ...(afterDemand ? ['Until it was started once on demand, KeepAlive and RunAtLoad do nothing.'] : []),
    `When it ends by itself, it ${facts.restartWords}.`,
    `Two starts are at least ${formatSeconds(facts.throttle)} apart, counted from start to start: after a longer run it is started again at once.`,
    stopSentence(facts.stop),
    facts.stop.endsProcessGroup
      ? 'Once its main process has ended, what is left of its process group is ended too.'
      : 'Processes that it has started live on when its main process ends.',
    ...(plist.entries['LaunchOnlyOnce'] === true
      ? ['It runs once, and not again before the next boot.']
      : []),
  ];
}

function stopSentence(stop: Behaviour['stop']): string {
  const kill =
    stop.killAfter === null
      ? 'launchd sends SIGTERM and then waits, for ever if need be'
      : `launchd sends SIGTERM, and SIGKILL if it is still there ${formatSeconds(stop.killAfter)} later`;
  return stop.killedWhenIdle
    ? `On stop, ${kill}; while it says that it is idle, it is killed at once.`
    : `On stop, ${kill}.`;
}

/** A world in which no condition on paths and jobs holds, whichever way it is put. */
function nothingHolds(keepAlive: boolean | PlistDict): Conditions {
  const unwanted = (member: string, name: string) => {
    const flags = isDict(keepAlive) ? keepAlive.entries[member] : undefined;
    return isDict(flags) ? flags.entries[name] === false : false;
  };
  return {
    pathExists: (path) => unwanted('PathState', path),
    jobLoaded: (label) => unwanted('OtherJobEnabled', label),
    jobRunning: (label) => unwanted('OtherJobActive', label),
    demanded: false,
  };
}

function texts(value: PlistValue | undefined): readonly string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function names(value: PlistValue | undefined): readonly string[] {
  return isDict(value) ? Object.keys(value.entries) : [];
}
