import {
  CALENDAR_MEMBERS,
  INETD_MEMBERS,
  KEEP_ALIVE_MEMBERS,
  LIMIT_MEMBERS,
  MACH_SERVICE_MEMBERS,
  SOCKET_MEMBERS,
} from './key-members.ts';
import { PRIVATE_KEYS } from './key-private.ts';
import { type KeySpec, key, MODE_MAX, STRING, STRINGS, UINT32_MAX } from './key-spec.ts';

const CALENDAR_ENTRY = { types: ['dict'], members: CALENDAR_MEMBERS } as const;
const SOCKET = { types: ['dict'], members: SOCKET_MEMBERS } as const;

/** What to run, and for whom. */
const IDENTITY: readonly KeySpec[] = [
  key('Label', ['string'], 'The name of the job, unique in its domain; the plist is named after it.', {
    print: 'the header, `DOMAIN/LABEL`',
  }),
  key(
    'Disabled',
    ['boolean'],
    'Keeps the job from being loaded until somebody enables it; an override wins over it.',
    {
      byDefault: 'false',
    },
  ),
  key('LimitLoadToSessionType', ['string', 'array'], 'Kinds of sessions that the agent may be loaded into.', {
    scope: 'agent',
    items: { types: ['string'], oneOf: ['Aqua', 'Background', 'LoginWindow', 'StandardIO', 'System'] },
    oneOf: ['Aqua', 'Background', 'LoginWindow', 'StandardIO', 'System'],
    byDefault: 'Aqua',
  }),
  key('LimitLoadToHardware', ['dict'], 'Loads the job only where a hw.* value of sysctl is one of these.', {
    since: '10.7',
    values: STRINGS,
  }),
  key(
    'LimitLoadFromHardware',
    ['dict'],
    'Does not load the job where a hw.* value of sysctl is one of these.',
    {
      since: '10.7',
      values: STRINGS,
    },
  ),
  key('LimitLoadToHosts', ['array'], 'Once named the hosts to load the job on; launchd ignores it today.', {
    status: 'unsupported',
    items: STRING,
  }),
  key(
    'LimitLoadFromHosts',
    ['array'],
    'Once named the hosts not to load the job on; launchd ignores it today.',
    {
      status: 'unsupported',
      items: STRING,
    },
  ),
  key('AssociatedBundleIdentifiers', ['string', 'array'], 'The app that Login Items shows this job under.', {
    since: '13.0',
    items: STRING,
  }),
  key('BundleProgram', ['string'], 'The executable inside an app, for jobs that the app registers itself.', {
    since: '13.0',
    status: 'not-for-file-plists',
    print: '`program identifier = PATH (mode: 2)`',
  }),
  key('Program', ['string'], 'Absolute path of the executable; without it, the first of ProgramArguments.', {
    print: '`program = `, and no property `inferred program`',
  }),
  key(
    'ProgramArguments',
    ['array'],
    'The arguments, the first being the program’s own name; no shell sees them.',
    {
      items: STRING,
      print: 'block `arguments`',
    },
  ),
  key('EnableGlobbing', ['boolean'], 'Expands * and ? in the arguments; said not to work any more.', {
    status: 'discouraged',
    byDefault: 'false',
  }),
  key('UserName', ['string'], 'The user that a daemon runs as.', {
    scope: 'daemon',
    byDefault: 'root',
    print: '`username = `',
  }),
  key('GroupName', ['string'], 'The group that a daemon runs as.', {
    scope: 'daemon',
    byDefault: 'the first group of UserName',
    print: '`group = `',
  }),
  key('InitGroups', ['boolean'], 'Gives the process all groups of UserName.', {
    scope: 'daemon',
    byDefault: 'true',
    print: 'property `no initgroups` when false',
  }),
  key(
    'SessionCreate',
    ['boolean'],
    'Runs the job in a security session of its own, without the user’s keychain.',
    {
      byDefault: 'false',
    },
  ),
];

/** What the process finds around it. */
const SURROUNDINGS: readonly KeySpec[] = [
  key('WorkingDirectory', ['string'], 'The folder that the process starts in.', {
    byDefault: '/',
    print: '`working directory = `',
  }),
  key('RootDirectory', ['string'], 'The folder that a daemon sees as /.', { scope: 'daemon' }),
  key(
    'EnvironmentVariables',
    ['dict'],
    'Variables on top of launchd’s own few; values are strings, nothing is expanded.',
    {
      values: STRING,
      print: 'block `environment`',
    },
  ),
  key(
    'Umask',
    ['integer', 'string'],
    'Permission bits that new files do not get; an integer is decimal, 077 is 63.',
    {
      min: 0,
      max: MODE_MAX,
      byDefault: '022',
      print: '`umask = `, in octal digits',
    },
  ),
  key('StandardInPath', ['string'], 'The file that the process reads as standard input.', {
    byDefault: '/dev/null',
    print: '`stdin path = `',
  }),
  key('StandardOutPath', ['string'], 'The file that standard output is appended to; never rotated.', {
    byDefault: '/dev/null',
    print: '`stdout path = `',
  }),
  key('StandardErrorPath', ['string'], 'The file that standard error is appended to; never rotated.', {
    byDefault: '/dev/null',
    print: '`stderr path = `',
  }),
  key('SoftResourceLimits', ['dict'], 'Limits that the process itself may raise up to the hard ones.', {
    members: LIMIT_MEMBERS,
    print: 'block `resource limits`',
  }),
  key('HardResourceLimits', ['dict'], 'Limits that the process cannot raise.', {
    members: LIMIT_MEMBERS,
    print: 'block `resource limits`',
  }),
];

/** When it starts, when it starts again, how it is stopped. */
const LIFE: readonly KeySpec[] = [
  key('RunAtLoad', ['boolean'], 'Starts the job once when it is loaded: at bootstrap, login or boot.', {
    byDefault: 'false',
    print: 'property `runatload`',
  }),
  key(
    'KeepAlive',
    ['boolean', 'dict'],
    'Starts the job again: always (true), or when one of the conditions holds.',
    {
      members: KEEP_ALIVE_MEMBERS,
      byDefault: 'false',
      print: 'property `keepalive` for true, block `semaphores` or event triggers for conditions',
    },
  ),
  key('OnDemand', ['boolean'], 'The old opposite of KeepAlive: false means KeepAlive true.', {
    status: 'deprecated',
    byDefault: 'true',
  }),
  key('LaunchOnlyOnce', ['boolean'], 'Runs the job once, and not again before the next boot.', {
    byDefault: 'false',
    print: 'property `launch only once`',
  }),
  key(
    'StartInterval',
    ['integer'],
    'Starts the job every so many seconds, first after that time and not at load.',
    {
      min: 1,
      max: UINT32_MAX,
      print: '`run interval = N seconds`',
    },
  ),
  key(
    'StartCalendarInterval',
    ['dict', 'array'],
    'Starts the job at times of the calendar; a missing field is any.',
    {
      members: CALENDAR_MEMBERS,
      items: CALENDAR_ENTRY,
      print: 'event triggers `com.apple.launchd.calendarinterval`',
    },
  ),
  key('WatchPaths', ['array'], 'Starts the job when one of these paths changes; changes can be missed.', {
    items: STRING,
    print: 'event trigger `com.apple.launchd.WatchPaths`',
  }),
  key('QueueDirectories', ['array'], 'Keeps the job alive while one of these folders is not empty.', {
    items: STRING,
    print: 'event trigger `com.apple.launchd.QueueDirectories`',
  }),
  key('StartOnMount', ['boolean'], 'Starts the job whenever a file system is mounted.', {
    byDefault: 'false',
  }),
  key('ThrottleInterval', ['integer'], 'Fewest seconds between two starts, counted from start to start.', {
    min: 1,
    max: UINT32_MAX,
    byDefault: '10',
    print: '`minimum runtime = `, or `base minimum runtime = ` where that is there',
  }),
  key(
    'ExitTimeOut',
    ['integer'],
    'Seconds from SIGTERM to SIGKILL when the job is stopped; 0 waits for ever.',
    {
      min: 0,
      max: UINT32_MAX,
      byDefault: 'chosen by the system; 5 on current macOS',
      print: '`exit timeout = `',
    },
  ),
  key('TimeOut', ['integer'], 'Once an idle time; launchd ignores it today.', {
    status: 'unsupported',
    min: 0,
    max: UINT32_MAX,
  }),
  key('AbandonProcessGroup', ['boolean'], 'Leaves the job’s children alone when its main process ends.', {
    byDefault: 'false',
    print: 'property `abandon process group`',
  }),
  key(
    'EnableTransactions',
    ['boolean'],
    'The program tells launchd when it is busy; idle, it is killed at once on stop.',
    {
      since: '10.6',
      byDefault: 'false',
      print: 'property `supports transactions`',
    },
  ),
  key(
    'EnablePressuredExit',
    ['boolean'],
    'Lets macOS end the idle program when memory is short; implies EnableTransactions.',
    {
      since: '10.10',
      byDefault: 'false',
      print: 'property `supports pressured exit`',
    },
  ),
  key(
    'WaitForDebugger',
    ['boolean'],
    'Starts the job suspended, so that it does nothing until a debugger comes.',
    {
      status: 'discouraged',
      byDefault: 'false',
    },
  ),
  key('Debug', ['boolean'], 'Makes launchd log more about this job.', { byDefault: 'false' }),
];

/** How much of the machine it gets. */
const RESOURCES: readonly KeySpec[] = [
  key('ProcessType', ['string'], 'What the job is to the user, and so how much processor and disk it gets.', {
    since: '10.7',
    oneOf: ['Background', 'Standard', 'Adaptive', 'Interactive'],
    byDefault: 'Standard',
    print: '`spawn type = `',
  }),
  key('Nice', ['integer'], 'Scheduling priority: 20 yields to everybody, -20 to nobody.', {
    min: -20,
    max: 20,
  }),
  key('LowPriorityIO', ['boolean'], 'Lets everybody else use the disk first.', {
    byDefault: 'false',
    print: 'property `low priority i/o`',
  }),
  key(
    'LowPriorityBackgroundIO',
    ['boolean'],
    'Lets everybody else use the disk first while the process is in the background.',
    {
      byDefault: 'false',
      print: 'property `low priority background i/o`',
    },
  ),
  key('MaterializeDatalessFiles', ['boolean'], 'Whether opening a file that lies in iCloud downloads it.', {
    since: '10.15',
    print: 'property `dataless file mode`',
  }),
  key('LegacyTimers', ['boolean'], 'Timers fire on time instead of when it saves power.', {
    since: '10.9',
    byDefault: 'false',
  }),
];

/** How others reach it. */
const COMMUNICATION: readonly KeySpec[] = [
  key('MachServices', ['dict'], 'Names that others send messages to; the first message starts the job.', {
    values: { types: ['boolean', 'dict'], members: MACH_SERVICE_MEMBERS },
    print: 'block `endpoints`',
  }),
  key('Sockets', ['dict'], 'Sockets that launchd opens for the job; the first connection starts it.', {
    values: { types: ['dict', 'array'], members: SOCKET_MEMBERS, items: SOCKET },
    print: 'block `sockets`',
  }),
  key('LaunchEvents', ['dict'], 'Events of the system that start the job, by stream and name.', {
    since: '10.7',
    values: { types: ['dict'], values: { types: ['dict'] } },
    print: 'event triggers',
  }),
  key('inetdCompatibility', ['dict'], 'Starts the job as inetd once did; needs Sockets.', {
    status: 'legacy',
    members: INETD_MEMBERS,
    print: 'property `inetd-compatible`',
  }),
  key('ServiceIPC', ['boolean'], 'Once announced a way to talk to launchd; it ignores the key today.', {
    status: 'unsupported',
  }),
  key('HopefullyExitsFirst', ['string'], 'Once named the jobs to stop first; launchd ignores it today.', {
    status: 'unsupported',
  }),
  key('HopefullyExitsLast', ['string'], 'Once named the jobs to stop last; launchd ignores it today.', {
    status: 'unsupported',
  }),
];

/** Every key that launchd is known to read, by topic; those that the manual lacks come last. */
export const KEY_TABLE: readonly KeySpec[] = [
  ...IDENTITY,
  ...SURROUNDINGS,
  ...LIFE,
  ...RESOURCES,
  ...COMMUNICATION,
  ...PRIVATE_KEYS,
];
