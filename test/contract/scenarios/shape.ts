import { expect } from 'vitest';
import { dict } from '../../../src/model/plist.ts';
import { load, loadRunning, printed } from '../judge.ts';
import type { Scenario } from '../port.ts';
import { shapeOf } from '../print-shape.ts';

/** Whole texts, blank lines too, as macOS 27 lays them out; other versions have other lines, so a Mac is not asked. */
export const SHAPE_SCENARIOS: readonly Scenario[] = [
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
          KeepAlive: dict([['SuccessfulExit', false]]),
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
