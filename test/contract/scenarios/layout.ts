import { expect } from 'vitest';
import { dict, type PlistValue } from '../../../src/model/plist.ts';
import { load, loadRunning, type Printed, printed } from '../judge.ts';
import type { Scenario } from '../port.ts';
import { shapeOf } from '../print-order.ts';

const map = (entries: Readonly<Record<string, PlistValue>>): PlistValue => dict(Object.entries(entries));

/** The lines of a depth-1 block, without its indentation. */
function blockOf({ blocks }: Printed, name: string): readonly string[] | null {
  return blocks[name]?.lines.filter((line) => line.trim() !== '') ?? null;
}

function properties({ fields }: Printed): readonly string[] {
  return (fields['properties'] ?? '').split(' | ').filter((flag) => flag !== '');
}

/** A key of the plist and the line of `print` that shows it (facts §1, §4.1, §5). */
const LINES: readonly (readonly [string, Readonly<Record<string, PlistValue>>, string])[] = [
  ['WorkingDirectory', { WorkingDirectory: '/usr' }, 'working directory = /usr'],
  ['StandardInPath', { StandardInPath: '/dev/zero' }, 'stdin path = /dev/zero'],
  ['StandardOutPath', { StandardOutPath: '/dev/null' }, 'stdout path = /dev/null'],
  ['StandardErrorPath', { StandardErrorPath: '/dev/null' }, 'stderr path = /dev/null'],
  ['Umask 63, decimal', { Umask: 63 }, 'umask = 77'],
  ['Umask 7', { Umask: 7 }, 'umask = 7'],
  ['Umask 022 as text', { Umask: '022' }, 'umask = 22'],
  ['ThrottleInterval', { ThrottleInterval: 7 }, 'minimum runtime = 7'],
  ['ExitTimeOut', { ExitTimeOut: 12 }, 'exit timeout = 12'],
  ['StartInterval', { StartInterval: 3600 }, 'run interval = 3600 seconds'],
  ['no ProcessType', {}, 'spawn type = daemon (3)'],
  ['ProcessType Standard', { ProcessType: 'Standard' }, 'spawn type = daemon (3)'],
  ['ProcessType Background', { ProcessType: 'Background' }, 'spawn type = background (5)'],
  ['ProcessType Adaptive', { ProcessType: 'Adaptive' }, 'spawn type = adaptive (6)'],
  ['ProcessType Interactive', { ProcessType: 'Interactive' }, 'spawn type = interactive (4)'],
];

/** A key of the plist and the flag of `properties` that it sets (facts §4.1, §5). */
const FLAGS: readonly (readonly [Readonly<Record<string, PlistValue>>, readonly string[]])[] = [
  [{}, ['inferred program']],
  [{ Program: '/bin/sh' }, []],
  [{ RunAtLoad: true }, ['runatload', 'inferred program']],
  [{ KeepAlive: true }, ['keepalive', 'inferred program']],
  // The flag is the key alone, never what KeepAlive implies (facts §1).
  [{ KeepAlive: map({ SuccessfulExit: false }) }, ['inferred program']],
  [{ LowPriorityIO: true }, ['low priority i/o', 'inferred program']],
  [{ LowPriorityBackgroundIO: true }, ['low priority background i/o', 'inferred program']],
  [{ AbandonProcessGroup: true }, ['abandon process group', 'inferred program']],
  [{ LaunchOnlyOnce: true }, ['launch only once', 'inferred program']],
  [{ EnableTransactions: true }, ['supports transactions', 'inferred program']],
  [{ EnablePressuredExit: true }, ['supports transactions', 'supports pressured exit', 'inferred program']],
];

/** Semaphores of each form (facts §4.1: always in this order; §5: the values 1 and 0 for either are partly deduced). */
const SEMAPHORES: readonly (readonly [Readonly<Record<string, PlistValue>>, readonly string[]])[] = [
  [{ SuccessfulExit: false }, ['successful exit => 0']],
  [{ SuccessfulExit: true }, ['successful exit => 1']],
  [{ Crashed: true }, ['after crash => 1']],
  [{ Crashed: false }, ['after crash => 0']],
  [{ Crashed: true, SuccessfulExit: false }, ['successful exit => 0', 'after crash => 1']],
];

export const LAYOUT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the header is the target, the file and the kind come first (facts §4.1)',
    async run(port) {
      const job = port.job('header', { kind: 'runs' });
      await load(port, job);
      const { text, lines } = await printed(port, job);
      expect(text.startsWith(`${port.gui}/${job.label} = {\n\tactive count = 0\n`)).toBe(true);
      expect(text.endsWith('\n}\n')).toBe(true);
      expect(lines).toContain(`path = ${job.path}`);
      expect(lines).toContain('type = LaunchAgent');
      expect(text).toMatch(new RegExp(`\n\tdomain = ${port.gui} \\[[0-9]+\\]\n\tasid = [0-9]+\n`));
    },
  },
  {
    name: 'arguments: one line each, as they are; an empty one is two tabs (facts §4.1)',
    async run(port) {
      const argv = ['/bin/sh', '-c', 'exit 0', '', ' a  b ', '"quoted" => {', 'x = y', 'ü'];
      const job = port.job('arguments', { kind: 'runs' }, { ProgramArguments: argv });
      await load(port, job);
      const { text, lines } = await printed(port, job);
      expect(text).toContain(
        `\n\tprogram = /bin/sh\n\targuments = {\n${argv.map((one) => `\t\t${one}\n`).join('')}\t}\n`,
      );
      expect(lines).toContain('program = /bin/sh');
    },
  },
  {
    name: 'Program stands beside other arguments, and without any there is no block (facts §4.1)',
    async run(port) {
      const named = port.job(
        'program-named',
        { kind: 'runs' },
        { Program: '/bin/sh', ProgramArguments: ['shell', '-c', 'exit 0'] },
      );
      await load(port, named);
      const service = await printed(port, named);
      expect(service.lines).toContain('program = /bin/sh');
      expect(blockOf(service, 'arguments')).toEqual(['shell', '-c', 'exit 0']);
    },
  },
  {
    name: 'environments: inherited by the session, by default, and of the job with its own name (facts §4.1, sample macos27-successfulexit-false)',
    async run(port) {
      const job = port.job(
        'environment',
        { kind: 'runs' },
        {
          EnvironmentVariables: map({
            GREETING: 'good morning',
            PATH: '/opt/bin:/usr/bin',
            EQUALS: 'a=b => c',
          }),
        },
      );
      await load(port, job);
      const service = await printed(port, job);
      expect(blockOf(service, 'inherited environment')).not.toBeNull();
      expect(blockOf(service, 'default environment')).toEqual(['PATH => /usr/bin:/bin:/usr/sbin:/sbin']);
      const lines = blockOf(service, 'environment') ?? [];
      expect(lines).toEqual(
        expect.arrayContaining([
          'GREETING => good morning',
          'PATH => /opt/bin:/usr/bin',
          'EQUALS => a=b => c',
        ]),
      );
      // macOS 26 puts this one first; older ones have it not.
      if (port.launchd === 'embedded') expect(lines[0]).toBe('OSLogRateLimit => 64');
      expect(lines.at(-1)).toBe(`XPC_SERVICE_NAME => ${job.label}`);
    },
  },
  {
    name: 'each key has its line (facts §1, §5)',
    async run(port) {
      const cases = LINES.map(([words, keys, line], index) => ({
        line,
        words,
        job: port.job(`line-${index}`, { kind: 'runs' }, keys),
      }));
      await load(port, ...cases.map(({ job }) => job));
      for (const { words, line, job } of cases)
        expect((await printed(port, job)).lines, words).toContain(line);
    },
  },
  {
    name: 'without the keys their lines are absent (facts §5)',
    async run(port) {
      const job = port.job('plain', { kind: 'runs' });
      await load(port, job);
      const { fields, blocks } = await printed(port, job);
      const keys = [...Object.keys(fields), ...Object.keys(blocks)];
      for (const absent of [
        'working directory',
        'stdin path',
        'stdout path',
        'stderr path',
        'umask',
        'run interval',
        'resource limits',
        'semaphores',
        'event triggers',
        'username',
        'group',
        'nice',
      ])
        expect(keys).not.toContain(absent);
      // Coalitions come with the first process (facts §4.1).
      expect(keys).not.toContain('resource coalition');
      // 5 on every Mac so far; the manual says system-defined (facts §1).
      expect(fields['exit timeout']).toMatch(port.launchd === 'apple' ? /^[0-9]+$/ : /^5$/);
    },
  },
  {
    name: 'properties: a flag for each key, in launchd’s order (facts §4.1, §5)',
    async run(port) {
      const cases = FLAGS.map(([keys, flags], index) => ({
        flags,
        job: port.job(`flag-${index}`, { kind: 'runs' }, keys),
      }));
      await load(port, ...cases.map(({ job }) => job));
      const known = new Set(FLAGS.flatMap(([, flags]) => flags));
      for (const { job, flags } of cases) {
        const all = properties(await printed(port, job));
        expect(all.filter((flag) => known.has(flag))).toEqual(flags);
        // Other flags differ between versions of macOS: ignored (facts §4.1). Ours has none.
        if (port.launchd === 'embedded') expect(all).toEqual(flags);
      }
    },
  },
  {
    name: 'semaphores: one line a condition, 0 or 1 (facts §4.1, samples *-successfulexit-false-*, ipados18-after-crash)',
    async run(port) {
      const cases = SEMAPHORES.map(([conditions, lines], index) => ({
        lines,
        job: port.job(`semaphore-${index}`, { kind: 'runs' }, { KeepAlive: map(conditions) }),
      }));
      await load(port, ...cases.map(({ job }) => job));
      for (const { job, lines } of cases) {
        const seen = blockOf(await printed(port, job), 'semaphores') ?? [];
        // Jobs that provide events have another line first.
        expect(seen.filter((line) => line !== 'provides events => 1')).toEqual(lines);
      }
    },
  },
  {
    name: 'calendar: a trigger for each schedule, numbered below the label, with its fields (facts §2.8, §5; sample macos15-calendar)',
    async run(port) {
      const job = port.job(
        'calendar',
        { kind: 'runs' },
        {
          StartCalendarInterval: [
            map({ Minute: 30, Hour: 3 }),
            map({ Minute: 0, Hour: 4, Weekday: 1 }),
            map({ Day: 1, Month: 2, Hour: 5, Minute: 6 }),
          ],
        },
      );
      await load(port, job);
      const service = await printed(port, job);
      const triggers = Object.entries(service.blocks['event triggers']?.blocks ?? {});
      expect(triggers).toHaveLength(3);
      const escaped = job.label.replaceAll('.', '\\.');
      for (const [name, { fields }] of triggers) {
        expect(name).toMatch(new RegExp(`^${escaped}\\.[0-9]+$`));
        expect(fields).toMatchObject({
          keepalive: '0',
          service: job.label,
          stream: 'com.apple.launchd.calendarinterval',
        });
        expect(fields['monitor']).toMatch(/^com\.apple\.UserEventAgent-(Aqua|System)$/);
      }
      const text = service.text;
      for (const line of ['"Minute" => 30', '"Weekday" => 1', '"Day" => 1', '"Month" => 2'])
        expect(text).toContain(`\t\t\t\t${line}\n`);
      expect(blockOf(service, 'event channels')).toContain('"com.apple.launchd.calendarinterval" = {');
    },
  },
  ...['WatchPaths', 'QueueDirectories'].map(
    (key): Scenario => ({
      name: `${key}: one trigger with the paths in order (facts §2.8, §5; samples macos27-watchpaths, ipados18-queuedirectories)`,
      async run(port) {
        const paths = [port.nowhere('b'), port.nowhere('a')];
        const job = port.job(key.toLowerCase(), { kind: 'runs' }, { [key]: paths });
        await load(port, job);
        const { text } = await printed(port, job);
        expect(text).toMatch(
          new RegExp(
            [
              `\n\t\tcom\\.apple\\.launchd\\.${key} => \\{`,
              '\t\t\tkeepalive = 0',
              `\t\t\tservice = ${job.label.replaceAll('.', '\\.')}`,
              '\t\t\tstream = com\\.apple\\.fsevents\\.matching',
              '\t\t\tmonitor = com\\.apple\\.UserEventAgent-(?:Aqua|System)',
              '\t\t\tdescriptor = \\{',
              `\t\t\t\t"${key}" => \\[`,
              ...paths.map((path, index) => `\t\t\t\t\t${index} = "${path.replaceAll('.', '\\.')}"`),
              '\t\t\t\t\\]',
              '\t\t\t\\}',
              '\t\t\\}\n',
            ].join('\n'),
          ),
        );
      },
    }),
  ),
  {
    name: 'PathState: one trigger with each path and what it is to be (facts §5, sample macos26-pathstate)',
    async run(port) {
      const [one, two] = [port.nowhere('present'), port.nowhere('absent')];
      const job = port.job(
        'path-state',
        { kind: 'runs' },
        { KeepAlive: map({ PathState: map({ [one]: true, [two]: true }) }) },
      );
      await load(port, job);
      const { text, blocks } = await printed(port, job);
      expect(Object.keys(blocks['event triggers']?.blocks ?? {})).toEqual(['com.apple.launchd.PathState']);
      expect(text).toContain('\t\t\t\t"PathState" => {\n');
      for (const path of [one, two]) expect(text).toContain(`\t\t\t\t\t"${path}" => true\n`);
      expect(text).not.toContain('semaphores');
    },
  },
  {
    name: 'resource limits: launchd’s names, soft and hard (facts §4.1, §5; sample ipados18-resource-limits)',
    async run(port) {
      const job = port.job(
        'limits',
        { kind: 'runs' },
        {
          SoftResourceLimits: map({ NumberOfFiles: 512 }),
          HardResourceLimits: map({ NumberOfFiles: 1024 }),
        },
      );
      await load(port, job);
      const lines = blockOf(await printed(port, job), 'resource limits') ?? [];
      expect([...lines].sort()).toEqual(['maxfiles (hard) => 1024', 'maxfiles (soft) => 512']);
    },
  },
  {
    name: 'keys that print does not show do not disturb it (facts §5)',
    async run(port) {
      const job = port.job(
        'unseen',
        { kind: 'runs' },
        {
          Nice: 5,
          LegacyTimers: true,
          SessionCreate: false,
          AssociatedBundleIdentifiers: ['com.example.app'],
        },
      );
      await load(port, job);
      await printed(port, job);
    },
  },
  {
    name: 'a running job of macOS 27 is laid out line for line like sample macos27-successfulexit-false',
    where: ({ launchd }) => launchd === 'embedded',
    async run(port) {
      const job = port.job(
        'shape-running',
        { kind: 'runs' },
        {
          StandardOutPath: '/dev/null',
          StandardErrorPath: '/dev/null',
          KeepAlive: map({ SuccessfulExit: false }),
          RunAtLoad: true,
          ProcessType: 'Background',
          ThrottleInterval: 30,
        },
      );
      const { text } = await loadRunning(port, job);
      const { shape, argv } = withoutArguments(text);
      expect(argv).toBe(5);
      expect(shape).toEqual(RUNNING_SHAPE(port.gui, job.label));
    },
  },
  {
    name: 'an idle job of macOS 27 with a trigger is laid out line for line like sample macos27-watchpaths, before its first run',
    where: ({ launchd }) => launchd === 'embedded',
    async run(port) {
      const job = port.job('shape-idle', { kind: 'runs' }, { WatchPaths: [port.nowhere('watched')] });
      await load(port, job);
      const { shape } = withoutArguments((await printed(port, job)).text);
      expect(shape).toEqual(IDLE_SHAPE(port.gui, job.label));
    },
  },
];

/** The arguments stand as they are, so they have no shape. */
function withoutArguments(text: string): { readonly shape: readonly string[]; readonly argv: number } {
  const lines = text.split('\n');
  const from = lines.indexOf('\targuments = {') + 1;
  const to = lines.indexOf('\t}', from);
  return { shape: shapeOf([...lines.slice(0, from), ...lines.slice(to)].join('\n')), argv: to - from };
}

const HEAD = [
  '\tactive count =',
  '\tpath =',
  '\ttype =',
  '\tstate =',
  '',
  '\tprogram =',
  '\targuments = {',
  '\t}',
  '',
];

const ENVIRONMENT = [
  '\tinherited environment = {',
  '\t}',
  '',
  '\tdefault environment = {',
  '\t\tPATH =>',
  '\t}',
  '',
  '\tenvironment = {',
  '\t\tOSLogRateLimit =>',
  '\t\tXPC_SERVICE_NAME =>',
  '\t}',
  '',
];

const COUNTERS = ['\tdomain =', '\tasid =', '\tminimum runtime =', '\texit timeout =', '\truns ='];

const TAIL = [
  '\tspawn type =',
  '\tjetsam priority =',
  '\tjetsam memory limit (active) =',
  '\tjetsam memory limit (inactive) =',
  '\tjetsamproperties category =',
  '\tjetsam thread limit =',
  '\tcpumon =',
  '\tjob state =',
  '\tsanitizer flags =',
  '',
  '\tproperties =',
  '}',
];

function coalition(kind: string): readonly string[] {
  return [
    `\t${kind} coalition = {`,
    ...['ID', 'type', 'state', 'active count', 'name'].map((key) => `\t\t${key} =`),
    '\t}',
    '',
  ];
}

function RUNNING_SHAPE(domain: string, label: string): readonly string[] {
  return [
    `${domain}/${label} = {`,
    ...HEAD,
    '\tstdout path =',
    '\tstderr path =',
    ...ENVIRONMENT,
    ...COUNTERS,
    ...['pid', 'immediate reason', 'forks', 'execs', 'initialized', 'trampolined'].map((key) => `\t${key} =`),
    ...['started suspended', 'proxy started suspended'].map((key) => `\t${key} =`),
    ...['checked allocations', 'checked allocations reason', 'checked allocations flags'].map(
      (key) => `\t${key} =`,
    ),
    '\tlast exit code =',
    '',
    '\tsemaphores = {',
    '\t\tsuccessful exit =>',
    '\t}',
    '',
    ...coalition('resource'),
    ...coalition('jetsam'),
    ...TAIL,
  ];
}

function IDLE_SHAPE(domain: string, label: string): readonly string[] {
  return [
    `${domain}/${label} = {`,
    ...HEAD,
    ...ENVIRONMENT,
    ...COUNTERS,
    '\tlast exit code =',
    '',
    '\tevent triggers = {',
    '\t\tcom.apple.launchd.WatchPaths => {',
    ...['keepalive', 'service', 'stream', 'monitor'].map((key) => `\t\t\t${key} =`),
    '\t\t\tdescriptor = {',
    '\t\t\t\t"WatchPaths" => [',
    '\t\t\t\t\t0 =',
    '\t\t\t\t]',
    '\t\t\t}',
    '\t\t}',
    '\t}',
    '',
    '\tevent channels = {',
    '\t\t"com.apple.fsevents.matching" = {',
    ...['port', 'active', 'managed', 'reset', 'hide', 'watching'].map((key) => `\t\t\t${key} =`),
    '\t\t}',
    '\t}',
    '',
    ...TAIL,
  ];
}
