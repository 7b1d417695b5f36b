import { isArray, isDict, type PlistDict } from '../../model/plist.ts';
import type { AuditedJob } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';

interface Entry {
  readonly path: readonly (string | number)[];
  readonly entry: PlistDict;
}

function calendarEntries(job: AuditedJob): readonly Entry[] {
  const value = job.plist.entries['StartCalendarInterval'];
  if (isDict(value)) return [{ path: ['StartCalendarInterval'], entry: value }];
  if (!isArray(value)) return [];
  return value.flatMap((entry, index) =>
    isDict(entry) ? [{ path: ['StartCalendarInterval', index], entry }] : [],
  );
}

const intervalOf = (job: AuditedJob): number | null => {
  const value = job.plist.entries['StartInterval'];
  return typeof value === 'number' && value > 0 ? value : null;
};

const nothingStarts: Rule = {
  code: 'schedule/nothing-starts-it',
  severity: 'warning',
  title: 'Nothing starts the job',
  why: 'Without RunAtLoad, KeepAlive, a schedule, a path, a socket or a Mach service it just stays loaded until somebody runs `launchctl kickstart`.',
  bad: '<key>ProgramArguments</key><array><string>/opt/server</string></array><!-- nothing else -->',
  good: '<key>ProgramArguments</key><array><string>/opt/server</string></array>\n<key>RunAtLoad</key><true/>',
  check(job) {
    if (job.isDeclared || job.behaviour.starts.length > 0) return [];
    return [
      {
        path: [],
        message: 'Nothing starts it but a `launchctl kickstart` by hand.',
        fix: 'Add RunAtLoad true, or a schedule.',
      },
    ];
  },
};

const belowThrottle: Rule = {
  code: 'schedule/below-throttle',
  severity: 'error',
  title: 'StartInterval below the throttle',
  why: 'launchd keeps ThrottleInterval (10 seconds unless set) between two starts, so the interval is never kept.',
  bad: '<key>StartInterval</key><integer>5</integer>',
  good: '<key>StartInterval</key><integer>60</integer>',
  check(job) {
    const interval = intervalOf(job);
    if (interval === null || interval >= job.behaviour.throttle) return [];
    return [
      {
        path: ['StartInterval'],
        message: `StartInterval is ${interval}, and two starts are at least ${job.behaviour.throttle} seconds apart.`,
        fix: 'Let the program itself wait between its rounds, with KeepAlive true, or give a longer interval.',
      },
    ];
  },
};

const brisk: Rule = {
  code: 'schedule/brisk',
  severity: 'warning',
  title: 'StartInterval below a minute',
  why: 'Starting a process that often costs battery; a program that stays and waits by itself does the same for less.',
  bad: '<key>StartInterval</key><integer>30</integer>',
  good: '<key>StartInterval</key><integer>300</integer>',
  check(job) {
    const interval = intervalOf(job);
    if (job.isDeclared || interval === null || interval >= 60 || interval < job.behaviour.throttle) return [];
    return [
      {
        path: ['StartInterval'],
        message: `It is started every ${interval === 1 ? 'second' : `${interval} seconds`}.`,
        fix: 'Give a longer interval, WatchPaths if it waits for a file, or KeepAlive true and a loop in the program.',
      },
    ];
  },
};

const wholeDays: Rule = {
  code: 'schedule/whole-days',
  severity: 'info',
  title: 'StartInterval of whole days',
  why: 'The count begins anew at every login and boot, so on a laptop it may never come to its end; a calendar entry does.',
  bad: '<key>StartInterval</key><integer>86400</integer>',
  good: '<key>StartCalendarInterval</key>\n<dict><key>Hour</key><integer>3</integer><key>Minute</key><integer>0</integer></dict>',
  check(job) {
    const interval = intervalOf(job);
    if (job.isDeclared || interval === null || interval % 86_400 !== 0) return [];
    return [
      {
        path: ['StartInterval'],
        message: `It waits ${interval / 86_400 === 1 ? 'a day' : `${interval / 86_400} days`} after each login.`,
        fix: 'Use StartCalendarInterval with an Hour and a Minute.',
      },
    ];
  },
};

const twoSchedules: Rule = {
  code: 'schedule/two',
  severity: 'warning',
  title: 'An interval and a calendar',
  why: 'Both start the job, each by itself.',
  bad: '<key>StartInterval</key><integer>3600</integer>\n<key>StartCalendarInterval</key><dict><key>Minute</key><integer>0</integer></dict>',
  good: '<key>StartCalendarInterval</key><dict><key>Minute</key><integer>0</integer></dict>',
  check(job) {
    if (job.isDeclared || intervalOf(job) === null || calendarEntries(job).length === 0) return [];
    return [
      {
        path: ['StartInterval'],
        message: 'It starts by the interval and by the calendar.',
        fix: 'Leave one of the two out.',
      },
    ];
  },
};

const noMinute: Rule = {
  code: 'schedule/no-minute',
  severity: 'error',
  title: 'A calendar entry without Minute',
  why: 'A field that is missing means every one, so the job starts 60 times in each matching hour.',
  bad: '<key>StartCalendarInterval</key><dict><key>Hour</key><integer>3</integer></dict>',
  good: '<key>StartCalendarInterval</key>\n<dict><key>Hour</key><integer>3</integer><key>Minute</key><integer>0</integer></dict>',
  check: (job) =>
    job.isDeclared
      ? []
      : calendarEntries(job).flatMap(({ path, entry }): Hit[] => {
          const fields = Object.keys(entry.entries);
          if (fields.length === 0 || fields.includes('Minute')) return [];
          if (!fields.some((field) => ['Hour', 'Day', 'Weekday', 'Month'].includes(field))) return [];
          return [
            {
              path,
              message: `Only ${fields.join(' and ')} ${fields.length === 1 ? 'is' : 'are'} given, so it starts every minute of the hours that match.`,
              fix: 'Add Minute 0.',
              expected: 0,
              edits: [{ op: 'set', path: [...path, 'Minute'], value: 0 }],
            },
          ];
        }),
};

const dayOrWeekday: Rule = {
  code: 'schedule/day-or-weekday',
  severity: 'warning',
  title: 'Day and Weekday in one entry',
  why: 'As in cron, either is enough: the job starts on that day of the month and on every such weekday.',
  bad: '<key>StartCalendarInterval</key>\n<dict><key>Day</key><integer>1</integer><key>Weekday</key><integer>1</integer><key>Hour</key><integer>3</integer><key>Minute</key><integer>0</integer></dict>',
  good: '<key>StartCalendarInterval</key>\n<dict><key>Weekday</key><integer>1</integer><key>Hour</key><integer>3</integer><key>Minute</key><integer>0</integer></dict>',
  check: (job) =>
    calendarEntries(job)
      .filter(({ entry }) => entry.entries['Day'] !== undefined && entry.entries['Weekday'] !== undefined)
      .map(({ path }) => ({
        path,
        message: 'It starts on the Day and on the Weekday, not only when both meet.',
        fix: 'Leave one of them out, or make two entries to say it plainly.',
      })),
};

const manyEntries: Rule = {
  code: 'schedule/many-entries',
  severity: 'info',
  title: 'More than a dozen calendar entries',
  why: 'Nobody reads them; often an interval or one entry with a field left out says the same.',
  bad: `<key>StartCalendarInterval</key>\n<array>${Array.from({ length: 13 }, (_, minute) => `<dict><key>Minute</key><integer>${minute}</integer></dict>`).join('')}</array>`,
  good: '<key>StartInterval</key><integer>300</integer>',
  check(job) {
    const count = calendarEntries(job).length;
    if (job.isDeclared || count <= 12) return [];
    return [
      {
        path: ['StartCalendarInterval'],
        message: `There are ${count} entries.`,
        fix: 'Use StartInterval, or declare the schedule as cron in a reconcile file.',
      },
    ];
  },
};

const alsoAtLoad: Rule = {
  code: 'schedule/also-at-load',
  severity: 'info',
  onRequest: true,
  title: 'A scheduled job that also runs at every login',
  why: 'RunAtLoad beside a schedule runs the job at each login and boot as well, which is often not wanted.',
  bad: '<key>RunAtLoad</key><true/>\n<key>StartInterval</key><integer>3600</integer>',
  good: '<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    if (job.plist.entries['RunAtLoad'] !== true) return [];
    if (intervalOf(job) === null && calendarEntries(job).length === 0) return [];
    return [
      {
        path: ['RunAtLoad'],
        message: 'It also runs at every load.',
        fix: 'Leave RunAtLoad out if the schedule is enough.',
      },
    ];
  },
};

const needlessFalse: Rule = {
  code: 'schedule/needless-keep-alive',
  severity: 'info',
  onRequest: true,
  title: 'KeepAlive false on a scheduled job',
  why: 'False is what launchd takes anyway.',
  bad: '<key>KeepAlive</key><false/>\n<key>StartInterval</key><integer>3600</integer>',
  good: '<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    if (job.plist.entries['KeepAlive'] !== false) return [];
    if (intervalOf(job) === null && calendarEntries(job).length === 0) return [];
    return [
      {
        path: ['KeepAlive'],
        message: 'KeepAlive false says nothing.',
        fix: 'Leave it out.',
        edits: [{ op: 'remove', path: ['KeepAlive'] }],
      },
    ];
  },
};

const notAtLoad: Rule = {
  code: 'schedule/not-at-load',
  severity: 'info',
  onRequest: true,
  title: 'RunAtLoad is missing',
  why: 'The job does not start when it is loaded, which is right for many.',
  bad: '<key>StartInterval</key><integer>3600</integer>',
  good: '<key>RunAtLoad</key><true/>\n<key>StartInterval</key><integer>3600</integer>',
  check(job) {
    if (job.plist.entries['RunAtLoad'] !== undefined) return [];
    return [
      { path: [], message: 'It has no RunAtLoad.', fix: 'Add RunAtLoad true if it is to start at load.' },
    ];
  },
};

export const SCHEDULE_RULES: readonly Rule[] = [
  nothingStarts,
  belowThrottle,
  brisk,
  wholeDays,
  twoSchedules,
  noMinute,
  dayOrWeekday,
  manyEntries,
  alsoAtLoad,
  needlessFalse,
  notAtLoad,
];
