import { expect } from 'vitest';
import type { PlistValue } from '../../../src/model/plist.ts';
import { blockOf, load, map, type Printed, printed } from '../judge.ts';
import type { Scenario } from '../port.ts';

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
      const alone = port.job(
        'program-alone',
        { kind: 'runs' },
        { Program: '/bin/sh', ProgramArguments: undefined },
      );
      await load(port, alone);
      // Sample macos26-pathstate.
      expect((await printed(port, alone)).text).toContain(
        '\n\n\tprogram = /bin/sh\n\tinherited environment = {\n',
      );
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
    name: 'a daemon has no session: no asid, nothing inherited; its group is told (facts §4.1, samples macos26-system-daemon, ipados18-no-initgroups)',
    // On a Mac only root may load a daemon.
    where: ({ launchd }) => launchd === 'embedded',
    async run(port) {
      const job = port.job('daemon', { kind: 'runs' }, { GroupName: 'staff', InitGroups: false });
      expect(await port.call('bootstrap', 'system', job.path)).toEqual({ code: 0, stdout: '', stderr: '' });
      const service = await printed(port, job, 'system');
      expect(service.lines).toContain('type = LaunchDaemon');
      expect(service.text).toContain('\n\tdomain = system\n\tgroup = staff\n\n\tminimum runtime = 10\n');
      expect(Object.keys(service.blocks)).not.toContain('inherited environment');
      expect(properties(service)).toContain('no initgroups');
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
];
