import { isArray, isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

/** What a job does at the moment, as far as `print` shows it. */
export interface Moment {
  readonly state: string;
  readonly pid: number | null;
  readonly runs: number;
  /** The whole line, `last exit code = 0`. */
  readonly exit: string;
}

export const IDLE: Moment = {
  state: 'not running',
  pid: null,
  runs: 0,
  exit: 'last exit code = (never exited)',
};

/**
 * Prints a job the way launchd does on macOS 26, from its plist: the canonical order of fields, tabs, empty lines after
 * blocks. It is written from the description of the format, not from the reader, and knows the keys that are shown.
 */
export function renderService(target: string, path: string, plist: PlistDict, moment: Moment = IDLE): string {
  const { entries } = plist;
  const label = target.slice(target.lastIndexOf('/') + 1);
  const domain = target.slice(0, target.lastIndexOf('/'));
  const args = strings(entries['ProgramArguments']);
  const program = entries['Program'] ?? args[0];
  const lines: string[] = [];
  const field = (key: string, value: unknown) => {
    if (value !== undefined) lines.push(`\t${key} = ${value}`);
  };
  const block = (key: string, inner: readonly string[]) => {
    if (inner.length > 0) lines.push(`\t${key} = {`, ...inner, '\t}', '');
  };
  field('active count', moment.pid === null ? 0 : 1);
  field('path', path);
  field('type', domain === 'system' ? 'LaunchDaemon' : 'LaunchAgent');
  field('state', moment.state);
  lines.push('');
  field('program', program);
  block(
    'arguments',
    args.map((argument) => `\t\t${argument}`),
  );
  field('working directory', entries['WorkingDirectory']);
  field('stdin path', entries['StandardInPath']);
  field('stdout path', entries['StandardOutPath']);
  field('stderr path', entries['StandardErrorPath']);
  block('default environment', ['\t\tPATH => /usr/bin:/bin:/usr/sbin:/sbin']);
  const variables = members(entries['EnvironmentVariables']).map(
    ([name, value]) => `\t\t${name} => ${value}`,
  );
  block('environment', ['\t\tOSLogRateLimit => 64', ...variables, `\t\tXPC_SERVICE_NAME => ${label}`]);
  field('domain', domain === 'system' ? domain : `${domain} [100020]`);
  if (domain === 'system') {
    field('username', entries['UserName']);
    field('group', entries['GroupName']);
  }
  const umask = entries['Umask'];
  field('umask', typeof umask === 'number' ? umask.toString(8) : undefined);
  field('minimum runtime', entries['ThrottleInterval'] ?? 10);
  field('exit timeout', entries['ExitTimeOut'] ?? 5);
  field('runs', moment.runs);
  if (moment.pid !== null) {
    field('pid', moment.pid);
    field('immediate reason', 'speculative');
    field('checked allocations', '0 (queried = 1)');
  }
  lines.push(`\t${moment.exit}`, '');
  const keepAlive = entries['KeepAlive'];
  const conditions = new Map(members(keepAlive));
  const semaphores: string[] = [];
  for (const [member, line] of [
    ['SuccessfulExit', 'successful exit'],
    ['Crashed', 'after crash'],
  ] as const) {
    const value = conditions.get(member);
    if (value !== undefined) semaphores.push(`\t\t${line} => ${value === true ? 1 : 0}`);
  }
  block('semaphores', semaphores);
  const calendar = entries['StartCalendarInterval'];
  const schedules = isArray(calendar) ? calendar : calendar === undefined ? [] : [calendar];
  block('event triggers', [
    ...schedules.flatMap((schedule, index) =>
      trigger(label, `${label}.${268435456 + index}`, 'com.apple.launchd.calendarinterval', [
        ...members(schedule).map(([key, value]) => `\t\t\t\t"${key}" => ${value}`),
      ]),
    ),
    ...['WatchPaths', 'QueueDirectories'].flatMap((key) => {
      const paths = strings(entries[key]);
      if (paths.length === 0) return [];
      const rows = paths.map((each, index) => `\t\t\t\t\t${index} = "${each}"`);
      return trigger(label, `com.apple.launchd.${key}`, 'com.apple.fsevents.matching', [
        `\t\t\t\t"${key}" => [`,
        ...rows,
        '\t\t\t\t]',
      ]);
    }),
    ...(conditions.has('PathState')
      ? trigger(label, 'com.apple.launchd.PathState', 'com.apple.fsevents.matching', [
          '\t\t\t\t"PathState" => {',
          ...members(conditions.get('PathState')).map(([each, exists]) => `\t\t\t\t\t"${each}" => ${exists}`),
          '\t\t\t\t}',
        ])
      : []),
  ]);
  block('resource coalition', ['\t\tID = 1', '\t\tstate = active', '\t\tpid = 7', `\t\tname = ${label}`]);
  const types: Record<string, string> = {
    Background: 'background (5)',
    Adaptive: 'adaptive (6)',
    Interactive: 'interactive (4)',
  };
  field('spawn type', types[String(entries['ProcessType'])] ?? 'daemon (3)');
  field('jetsam memory limit (active)', '(unlimited)');
  const interval = entries['StartInterval'];
  field('run interval', interval === undefined ? undefined : `${interval} seconds`);
  block('resource limits', [
    ...members(entries['SoftResourceLimits']).map(([, value]) => `\t\tmaxfiles (soft) => ${value}`),
    ...members(entries['HardResourceLimits']).map(([, value]) => `\t\tmaxfiles (hard) => ${value}`),
  ]);
  const flags = [
    keepAlive === true ? 'keepalive' : null,
    entries['RunAtLoad'] === true ? 'runatload' : null,
    entries['LowPriorityIO'] === true ? 'low priority i/o' : null,
    entries['AbandonProcessGroup'] === true ? 'abandon process group' : null,
    entries['Program'] === undefined ? 'inferred program' : null,
    'managed LWCR',
  ];
  lines.push('', `\tproperties = ${flags.filter((flag) => flag !== null).join(' | ')}`);
  return `${target} = {\n${lines.join('\n')}\n}\n`;
}

function trigger(label: string, name: string, stream: string, descriptor: readonly string[]): string[] {
  return [
    `\t\t${name} => {`,
    '\t\t\tkeepalive = 0',
    `\t\t\tservice = ${label}`,
    `\t\t\tstream = ${stream}`,
    '\t\t\tmonitor = com.apple.UserEventAgent-Aqua',
    '\t\t\tdescriptor = {',
    ...descriptor,
    '\t\t\t}',
    '\t\t}',
  ];
}

function strings(value: PlistValue | undefined): readonly string[] {
  return isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}

function members(value: PlistValue | undefined): readonly (readonly [string, PlistValue])[] {
  return isDict(value) ? Object.entries(value.entries) : [];
}
