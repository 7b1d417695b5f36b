import { effectiveKeepAlive } from '../../launchd/keep-alive.ts';
import { DEFAULT_EXIT_TIMEOUT, effectiveExitTimeout } from '../../launchd/throttle.ts';
import { isTriggered } from '../../launchd/triggers.ts';
import { dict, isDict, type PlistDict } from '../../model/plist.ts';
import type { AuditedJob } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';

const FAILURE_ONLY: PlistDict = dict([['SuccessfulExit', false]]);

const keepAliveOf = (job: AuditedJob): boolean | PlistDict => effectiveKeepAlive(job.plist);

/** The one member of a KeepAlive dictionary that has just one. */
function soleMember(job: AuditedJob): readonly [string, unknown] | null {
  const keepAlive = keepAliveOf(job);
  if (!isDict(keepAlive)) return null;
  const members = Object.entries(keepAlive.entries);
  return members.length === 1 ? (members[0] ?? null) : null;
}

/** It is started again after some end of its own. */
const restarts = (job: AuditedJob): boolean =>
  job.behaviour.restarts.some((row) => row.verdict === 'restarts');

const hasSchedule = (job: AuditedJob): boolean =>
  job.plist.entries['StartInterval'] !== undefined ||
  job.plist.entries['StartCalendarInterval'] !== undefined;

const successOnly: Rule = {
  code: 'restart/only-after-success',
  severity: 'error',
  title: 'KeepAlive {SuccessfulExit: true}: down after every failure',
  why: 'SuccessfulExit true starts the job again when it ended well and leaves it down when it failed or crashed; most who write it mean the opposite.',
  bad: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><true/></dict>',
  good: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/></dict>',
  check(job) {
    const keepAlive = keepAliveOf(job);
    if (job.isDeclared || !isDict(keepAlive) || keepAlive.entries['SuccessfulExit'] !== true) return [];
    if (keepAlive.entries['Crashed'] === true)
      return [
        {
          path: ['KeepAlive', 'SuccessfulExit'],
          severity: 'warning',
          message:
            'It is started again after exit 0 and after a crash, and stays down after any other failure.',
          fix: 'Write false to have it started again after every failure, or KeepAlive true for always.',
        },
      ];
    return [
      {
        path: ['KeepAlive', 'SuccessfulExit'],
        message: 'It is started again after exit 0, and stays down after a failure or a crash.',
        fix: 'Write false to have it started again after failures (`restart: on-failure`), or KeepAlive true for always.',
        expected: false,
      },
    ];
  },
};

const crashesOnly: Rule = {
  code: 'restart/only-after-crash',
  severity: 'warning',
  title: 'KeepAlive {Crashed: true} alone: an exit 1 is no crash',
  why: 'Only signals such as SIGSEGV and SIGABRT count as a crash; a program that ends with 1, or is killed, stays down.',
  bad: '<key>KeepAlive</key>\n<dict><key>Crashed</key><true/></dict>',
  good: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/></dict>',
  check(job) {
    const sole = soleMember(job);
    if (job.isDeclared || sole?.[0] !== 'Crashed' || sole[1] !== true) return [];
    return [
      {
        path: ['KeepAlive', 'Crashed'],
        message: 'It stays down after exit 1, and after SIGKILL.',
        fix: 'Write KeepAlive {SuccessfulExit: false} to have it started again after every failure.',
        expected: null,
      },
    ];
  },
};

const bothFailures: Rule = {
  code: 'restart/crashed-adds-nothing',
  severity: 'info',
  title: 'Crashed beside SuccessfulExit false adds nothing',
  why: 'Conditions are alternatives, and every crash is a failure already.',
  bad: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/><key>Crashed</key><true/></dict>',
  good: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/></dict>',
  check(job) {
    const keepAlive = keepAliveOf(job);
    if (!isDict(keepAlive)) return [];
    if (keepAlive.entries['SuccessfulExit'] !== false || keepAlive.entries['Crashed'] !== true) return [];
    return [
      {
        path: ['KeepAlive', 'Crashed'],
        message: 'SuccessfulExit false covers crashes.',
        fix: 'Leave Crashed out.',
        edits: [{ op: 'remove', path: ['KeepAlive', 'Crashed'] }],
      },
    ];
  },
};

const always: Rule = {
  code: 'restart/whatever-happens',
  severity: 'warning',
  title: 'Conditions that together mean always',
  why: 'Conditions are alternatives: one that holds is enough, so these two start the job again after any end.',
  bad: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/><key>Crashed</key><false/></dict>',
  good: '<key>KeepAlive</key>\n<dict><key>SuccessfulExit</key><false/></dict>',
  check(job) {
    const keepAlive = keepAliveOf(job);
    if (job.isDeclared || !isDict(keepAlive)) return [];
    if (keepAlive.entries['SuccessfulExit'] !== false || keepAlive.entries['Crashed'] !== false) return [];
    return [
      {
        path: ['KeepAlive'],
        message: 'SuccessfulExit false or Crashed false holds after every end.',
        fix: 'Write KeepAlive true if you mean always; else leave Crashed out.',
      },
    ];
  },
};

const scheduleIsMoot: Rule = {
  code: 'restart/schedule-is-moot',
  severity: 'error',
  title: 'KeepAlive true beside a schedule',
  why: 'KeepAlive starts the job again as soon as it ends, so the schedule never comes to anything: a task that finishes runs for ever.',
  bad: '<key>KeepAlive</key><true/>\n<key>StartInterval</key><integer>3600</integer>',
  good: '<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    if (keepAliveOf(job) !== true || !hasSchedule(job)) return [];
    return [
      {
        path: ['KeepAlive'],
        message: `It is started again ${job.behaviour.throttle} seconds after its last start, whatever the schedule says.`,
        fix: 'Leave KeepAlive out for a task, or the schedule for a service.',
        expected: null,
        edits: [{ op: 'remove', path: ['KeepAlive'] }],
      },
    ];
  },
};

const conditionAndSchedule: Rule = {
  code: 'restart/condition-and-schedule',
  severity: 'warning',
  title: 'A KeepAlive condition beside a schedule',
  why: 'The condition also starts the job when it is loaded, and again after it ended, outside the schedule.',
  bad: '<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>\n<key>StartInterval</key><integer>3600</integer>',
  good: '<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    const keepAlive = keepAliveOf(job);
    if (job.isDeclared || !isDict(keepAlive) || Object.keys(keepAlive.entries).length === 0) return [];
    if (!hasSchedule(job) || !restarts(job)) return [];
    return [
      {
        path: ['KeepAlive'],
        message: `Besides its schedule, it ${job.behaviour.restartWords.split(';')[0]}, and starts at load.`,
        fix: 'Leave KeepAlive out, unless a failed run is to be repeated at once.',
      },
    ];
  },
};

const loadDenied: Rule = {
  code: 'restart/starts-all-the-same',
  severity: 'warning',
  title: 'RunAtLoad false beside KeepAlive',
  why: 'KeepAlive starts the job when it is loaded, whatever RunAtLoad says.',
  bad: '<key>KeepAlive</key><true/>\n<key>RunAtLoad</key><false/>',
  good: '<key>KeepAlive</key><true/>\n<key>RunAtLoad</key><true/>',
  check(job) {
    if (job.plist.entries['RunAtLoad'] !== false || keepAliveOf(job) !== true) return [];
    return [
      {
        path: ['RunAtLoad'],
        message: 'It starts when it is loaded all the same.',
        fix: 'Write true, or leave KeepAlive out.',
        edits: [{ op: 'set', path: ['RunAtLoad'], value: true }],
      },
    ];
  },
};

const impliedLoad: Rule = {
  code: 'restart/implied-start',
  severity: 'info',
  onRequest: true,
  title: 'KeepAlive without RunAtLoad',
  why: 'KeepAlive implies the start at load; saying so spares readers the question.',
  bad: '<key>KeepAlive</key><true/>',
  good: '<key>KeepAlive</key><true/>\n<key>RunAtLoad</key><true/>',
  check(job) {
    if (job.plist.entries['RunAtLoad'] !== undefined) return [];
    if (!job.behaviour.starts.some((start) => start.on === 'load')) return [];
    return [
      {
        path: ['KeepAlive'],
        message: 'It starts at load, which KeepAlive implies.',
        fix: 'Add RunAtLoad true.',
        expected: true,
        edits: [{ op: 'set', path: ['RunAtLoad'], value: true }],
      },
    ];
  },
};

const onlyOnce: Rule = {
  code: 'restart/only-once',
  severity: 'error',
  title: 'KeepAlive beside LaunchOnlyOnce',
  why: 'One says again, the other never again; after its first end the job stays down until the next boot.',
  bad: '<key>KeepAlive</key><true/>\n<key>LaunchOnlyOnce</key><true/>',
  good: '<key>KeepAlive</key><true/>',
  check(job) {
    const keepAlive = keepAliveOf(job);
    if (job.plist.entries['LaunchOnlyOnce'] !== true || keepAlive === false) return [];
    return [
      {
        path: ['LaunchOnlyOnce'],
        message: 'It is never started again, although KeepAlive asks for it.',
        fix: 'Leave one of the two out.',
      },
    ];
  },
};

const shortThrottle: Rule = {
  code: 'restart/short-throttle',
  severity: 'warning',
  title: 'A throttle shorter than the stop takes',
  why: 'ThrottleInterval counts from start to start: a program that fails at once is started every few seconds for ever, before its port or its lock is free.',
  bad: '<key>KeepAlive</key><true/>\n<key>ThrottleInterval</key><integer>1</integer>',
  good: '<key>KeepAlive</key><true/>\n<key>ThrottleInterval</key><integer>10</integer>',
  check(job): readonly Hit[] {
    const declared = job.plist.entries['ThrottleInterval'];
    if (typeof declared !== 'number' || declared < 1 || declared >= 10 || !restarts(job)) return [];
    const timeout = effectiveExitTimeout(job.plist);
    // A long ExitTimeOut is a limit that few stops need; the default is what a stop may well take.
    if (declared >= (timeout === 0 ? DEFAULT_EXIT_TIMEOUT : Math.min(timeout, DEFAULT_EXIT_TIMEOUT)))
      return [];
    return [
      {
        path: ['ThrottleInterval'],
        message: `It may be started every ${declared === 1 ? 'second' : `${declared} seconds`}, and stopping it may take ${timeout === 0 ? 'for ever' : `${timeout} seconds`}.`,
        fix: 'Use the default of 10 seconds, by leaving ThrottleInterval out, or more.',
        expected: null,
      },
    ];
  },
};

const throttleAsSchedule: Rule = {
  code: 'restart/throttle-as-schedule',
  severity: 'warning',
  title: 'A throttle of hours, used as a schedule',
  why: 'A crash is waited out just as long, kickstart waits too, and the times drift; StartInterval says what is meant.',
  bad: '<key>KeepAlive</key><true/>\n<key>ThrottleInterval</key><integer>3600</integer>',
  good: '<key>RunAtLoad</key><true/>\n<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    const declared = job.plist.entries['ThrottleInterval'];
    if (typeof declared !== 'number' || declared < 3600) return [];
    return [
      {
        path: ['ThrottleInterval'],
        message: `Two starts are at least ${declared} seconds apart, after a failure too.`,
        fix: restarts(job)
          ? `Use StartInterval ${declared} instead of KeepAlive and ThrottleInterval.`
          : 'Use StartInterval or StartCalendarInterval for the schedule, and leave ThrottleInterval out.',
      },
    ];
  },
};

const defaultThrottle: Rule = {
  code: 'restart/default-throttle',
  severity: 'info',
  onRequest: true,
  title: 'KeepAlive true with the default throttle',
  why: 'A program that cannot start is tried every 10 seconds for ever; launchd never gives up.',
  bad: '<key>KeepAlive</key><true/>',
  good: '<key>KeepAlive</key><true/>\n<key>ThrottleInterval</key><integer>30</integer>',
  check(job) {
    if (keepAliveOf(job) !== true || job.plist.entries['ThrottleInterval'] !== undefined) return [];
    return [
      {
        path: ['KeepAlive'],
        message: 'It is started again every 10 seconds if it fails at once.',
        fix: 'Set ThrottleInterval if that is too often.',
      },
    ];
  },
};

/** Words of a command line that stays until it is stopped. */
const LONG_LIVED =
  /^(?:serve|server|daemon|hostagent|--?foreground|--?listen(?:=.*)?|--?daemon-mode|--no-daemon)$/;

const neverAgain: Rule = {
  code: 'restart/never-again',
  severity: 'warning',
  title: 'A service that nothing starts again',
  why: 'RunAtLoad starts it once; after a crash it stays down until the next login or boot.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/vm</string><string>hostagent</string></array>\n<key>RunAtLoad</key><true/>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/vm</string><string>hostagent</string></array>\n<key>RunAtLoad</key><true/>\n<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
  check(job) {
    if (job.isDeclared || job.plist.entries['RunAtLoad'] !== true || keepAliveOf(job) !== false) return [];
    if (isTriggered(job.plist) || job.plist.entries['LaunchOnlyOnce'] === true) return [];
    const index = job.words.findIndex((word, at) => at > 0 && LONG_LIVED.test(word));
    if (index === -1) return [];
    return [
      {
        path: ['RunAtLoad'],
        message: `"${job.words[index]}" sounds like a service, and nothing starts it again after a crash.`,
        fix: 'Add KeepAlive {SuccessfulExit: false} (`restart: on-failure`).',
        expected: FAILURE_ONLY,
        edits: [{ op: 'set', path: ['KeepAlive'], value: FAILURE_ONLY }],
      },
    ];
  },
};

export const RESTART_RULES: readonly Rule[] = [
  successOnly,
  crashesOnly,
  bothFailures,
  always,
  scheduleIsMoot,
  conditionAndSchedule,
  loadDenied,
  impliedLoad,
  onlyOnce,
  shortThrottle,
  throttleAsSchedule,
  defaultThrottle,
  neverAgain,
];
