import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/emulator/dialect.ts';
import { printDisabled, printDomain } from '../../src/emulator/layout-domain.ts';
import { listOne } from '../../src/emulator/layout-list.ts';
import { printService } from '../../src/emulator/layout-service.ts';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { createEngine, type Engine, GUI, LABEL, when } from './support.ts';

const OPTIONS = {
  dialect: dialectOf(27),
  session: {},
  asid: 100_020,
  pathExists: () => false,
  holdsEntries: () => false,
};

function printed(engine: Engine, label = LABEL): string {
  const job = engine.supervisor.find(GUI, label);
  if (job === null) throw new Error(`${label} is not loaded`);
  return printService(job, OPTIONS);
}

function printedFrom(keys: Readonly<Record<string, PlistValue>>): string {
  const engine = createEngine();
  engine.load(keys);
  return printed(engine);
}

/** Names at depth one, in order: what a capture of the same kind of job shows. */
function outline(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^\t([^\t}].*?) =(?: |$)/.exec(line)?.[1] ?? []);
}

describe('print of a service', () => {
  it('has the outline of a running agent on macOS 27', () => {
    const text = printedFrom({
      RunAtLoad: true,
      KeepAlive: when({ SuccessfulExit: false }),
      ThrottleInterval: 30,
      ProcessType: 'Background',
      StandardOutPath: '/tmp/out.log',
      StandardErrorPath: '/tmp/err.log',
      EnvironmentVariables: when({ EDITOR: 'vi' }),
    });
    expect(outline(text)).toEqual([
      'active count',
      'path',
      'type',
      'state',
      'program',
      'arguments',
      'stdout path',
      'stderr path',
      'inherited environment',
      'default environment',
      'environment',
      'domain',
      'asid',
      'minimum runtime',
      'exit timeout',
      'runs',
      'pid',
      'immediate reason',
      'forks',
      'execs',
      'initialized',
      'trampolined',
      'started suspended',
      'proxy started suspended',
      'checked allocations',
      'checked allocations reason',
      'checked allocations flags',
      'last exit code',
      'semaphores',
      'resource coalition',
      'jetsam coalition',
      'spawn type',
      'jetsam priority',
      'jetsam memory limit (active)',
      'jetsam memory limit (inactive)',
      'jetsamproperties category',
      'jetsam thread limit',
      'cpumon',
      'job state',
      'sanitizer flags',
      'properties',
    ]);
    expect(text.startsWith(`gui/501/${LABEL} = {\n\tactive count = 1\n`)).toBe(true);
    expect(text).toContain('\n\tdomain = gui/501 [100020]\n\tasid = 100020\n\tminimum runtime = 30\n');
    expect(text).toContain('\n\tsemaphores = {\n\t\tsuccessful exit => 0\n\t}\n\n\tresource coalition = {\n');
    expect(text).toContain(
      '\n\tenvironment = {\n\t\tOSLogRateLimit => 64\n\t\tEDITOR => vi\n\t\tXPC_SERVICE_NAME => org.example.job\n\t}\n\n',
    );
    expect(text.endsWith('\n\n\tproperties = runatload | inferred program\n}\n')).toBe(true);
  });

  it('has no process lines and no coalitions before the first run', () => {
    const text = printedFrom({ StartInterval: 900 });
    expect(outline(text)).not.toContain('pid');
    expect(outline(text)).not.toContain('resource coalition');
    expect(text).toContain('\tstate = not running\n');
    expect(text).toContain('\tlast exit code = (never exited)\n');
    expect(text).toContain('\tcpumon = default\n\trun interval = 900 seconds\n\tjob state = uninitialized\n');
  });

  it('shows triggers as launchd keeps them', () => {
    const text = printedFrom({
      StartCalendarInterval: [when({ Hour: 6, Minute: 10 }), when({})],
      WatchPaths: ['/etc/hosts', '/tmp/a "b"'],
      KeepAlive: when({ PathState: when({ '/tmp/flag': true }) }),
    });
    expect(text).toContain(
      [
        '\tevent triggers = {',
        '\t\torg.example.job.268435456 => {',
        '\t\t\tkeepalive = 0',
        '\t\t\tservice = org.example.job',
        '\t\t\tstream = com.apple.launchd.calendarinterval',
        '\t\t\tmonitor = com.apple.UserEventAgent-Aqua',
        '\t\t\tdescriptor = {',
        '\t\t\t\t"Minute" => 10',
        '\t\t\t\t"Hour" => 6',
        '\t\t\t}',
        '\t\t}',
      ].join('\n'),
    );
    expect(text).toContain('\t\t\t\t"WatchPaths" => [\n\t\t\t\t\t0 = "/etc/hosts"\n');
    expect(text).toContain('\t\t\t\t"PathState" => {\n\t\t\t\t\t"/tmp/flag" => true\n\t\t\t\t}\n');
    expect(text).toContain('\tevent channels = {\n\t\t"com.apple.launchd.calendarinterval" = {\n');
  });

  it('shows limits, umask, folders and flags', () => {
    const text = printedFrom({
      Program: '/bin/job',
      Umask: 0o77,
      WorkingDirectory: '/tmp',
      SoftResourceLimits: when({ NumberOfFiles: 4096 }),
      HardResourceLimits: when({ NumberOfFiles: 8192, Core: 0 }),
      LowPriorityIO: true,
      AbandonProcessGroup: true,
      LaunchOnlyOnce: true,
      EnablePressuredExit: true,
    });
    expect(text).toContain('\n\tworking directory = /tmp\n\n');
    expect(text).toContain('\tumask = 77\n');
    expect(text).toContain(
      '\tresource limits = {\n\t\tmaxfiles (soft) => 4096\n\t\tcore (hard) => 0\n\t\tmaxfiles (hard) => 8192\n\t}\n\n',
    );
    expect(text).toContain(
      '\tproperties = low priority i/o | abandon process group | launch only once | supports transactions | supports pressured exit\n',
    );
  });

  it.each([
    [{ code: 1 }, 'last exit code = 1'],
    [{ code: 78 }, 'last exit code = 78: EX_CONFIG'],
    [{ signal: 9 }, 'last terminating signal = Killed: 9'],
    [{ signal: 10 }, 'last terminating signal = Bus error: 10'],
  ])('tells the end %o', (exit, line) => {
    const engine = createEngine();
    engine.load({ RunAtLoad: true });
    engine.spawner.end(LABEL, exit);
    expect(printed(engine)).toContain(`\t${line}\n`);
    expect(printed(engine)).toContain('\tjob state = exited\n');
  });

  it('can be read back', () => {
    const engine = createEngine();
    engine.load({ KeepAlive: true, ProgramArguments: ['/bin/job', '', 'a = {', '}', '\ttab'] });
    const parsed = parseService(printed(engine), { domain: GUI, label: LABEL });
    expect(parsed).toMatchObject({
      ok: true,
      service: { state: 'running', pid: 1001, runs: 1, lastExit: null, exitTimeout: 5, minimumRuntime: 10 },
    });
  });
});

describe('print of a domain', () => {
  it('lists pids, last ends and overrides', () => {
    const engine = createEngine();
    engine.load({ RunAtLoad: true }, 'org.example.runs');
    engine.load({}, 'org.example.idle');
    engine.load({ RunAtLoad: true }, 'org.example.killed');
    engine.spawner.end('org.example.killed', { signal: 9 });
    const text = printDomain({
      dialect: dialectOf(27),
      session: { EDITOR: 'vi' },
      domain: GUI,
      jobs: engine.supervisor.list(GUI),
      overrides: { 'org.example.off': true, 'org.example.on': false },
      uid: 501,
      asid: 100_020,
      bringUpMs: 3,
      pid: 1,
      subdomains: [],
    });
    expect(text).toContain(
      [
        '\tservices = {',
        '\t\t    1001      - \torg.example.runs',
        '\t\t       0      - \torg.example.idle',
        '\t\t       0     -9 \torg.example.killed',
        '\t}',
      ].join('\n'),
    );
    expect(text).toContain('\n\tenvironment = {\n\t\tEDITOR => vi\n\t}\n');
    expect(parseDomainListing(text, GUI)).toMatchObject({
      ok: true,
      listing: {
        services: { 'org.example.runs': { pid: 1001 }, 'org.example.idle': { pid: null } },
        disabled: { 'org.example.off': true, 'org.example.on': false },
      },
    });
  });

  it('print-disabled begins with an empty line', () => {
    const text = printDisabled({ 'org.example.off': true });
    expect(text).toBe('\n\tdisabled services = {\n\t\t"org.example.off" => disabled\n\t}\n');
    expect(parseDisabled(text)).toMatchObject({ ok: true, disabled: { 'org.example.off': true } });
    expect(parseDisabled(printDisabled({}))).toMatchObject({ ok: true, disabled: {} });
  });
});

describe('list LABEL', () => {
  const listed = (keys: Readonly<Record<string, PlistValue>>): string => {
    const engine = createEngine();
    engine.load(keys);
    const job = engine.supervisor.find(GUI, LABEL);
    if (job === null) throw new Error('not loaded');
    return listOne(job);
  };

  it('has the lines of a running agent (captures of two gateways and an exporter), in their order', () => {
    expect(
      listed({
        RunAtLoad: true,
        ProgramArguments: ['/bin/job', '-v'],
        StandardOutPath: '/tmp/out.log',
        StandardErrorPath: '/tmp/err.log',
      }),
    ).toBe(
      [
        '{',
        '\t"StandardOutPath" = "/tmp/out.log";',
        '\t"LimitLoadToSessionType" = "Aqua";',
        '\t"StandardErrorPath" = "/tmp/err.log";',
        `\t"Label" = "${LABEL}";`,
        '\t"OnDemand" = true;',
        '\t"LastExitStatus" = 0;',
        '\t"PID" = 1001;',
        '\t"Program" = "/bin/job";',
        '\t"ProgramArguments" = (',
        '\t\t"/bin/job";',
        '\t\t"-v";',
        '\t);',
        '};',
        '',
      ].join('\n'),
    );
  });

  it('shows Mach services (capture of a login item), sockets, and KeepAlive true as not on demand', () => {
    const text = listed({
      KeepAlive: true,
      EnableTransactions: true,
      MachServices: when({ 'org.example.port': true }),
      Sockets: when({ Listeners: [when({}), when({})] }),
    });
    expect(text).toContain('{\n\t"EnableTransactions" = true;\n');
    expect(text).toContain(
      '\t"MachServices" = {\n\t\t"org.example.port" = mach-port-object;\n\t};\n\t"Label"',
    );
    expect(text).toContain(
      '\t"Sockets" = {\n\t\t"Listeners" = (\n\t\t\tfile-descriptor-object;\n\t\t\tfile-descriptor-object;\n\t\t);\n\t};\n',
    );
    expect(text).toContain('\t"OnDemand" = false;\n');
  });
});
