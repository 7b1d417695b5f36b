import { describe, expect, it } from 'vitest';
import { USAGE } from '../../src/emulator/usage.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { jobPlist } from '../support/embedded-world.ts';
import { createMemoryFiles, type MemoryFiles } from '../support/memory-files.ts';
import { createMemoryLaunchctl, type MemoryLaunchctl } from '../support/memory-launchctl.ts';

const GUI = 'gui/501';
const LABEL = 'org.example.verbs';
const PATH = `/Users/tester/Library/LaunchAgents/${LABEL}.plist`;
const TARGET = `${GUI}/${LABEL}`;

interface Setup {
  readonly port: MemoryLaunchctl;
  readonly files: MemoryFiles;
  call(...args: readonly string[]): Promise<string>;
}

/** `code|stdout|stderr` of each call: exit codes and texts of facts §3.3 and §3.4. */
function setUp(uid: number, keys: Readonly<Record<string, PlistValue>> = {}): Setup {
  const files = createMemoryFiles(uid);
  const program = 'ProgramArguments' in keys ? {} : { ProgramArguments: ['/bin/job'] };
  files.put(PATH, writePlist(jobPlist(LABEL, { ...program, ...keys })));
  const port = createMemoryLaunchctl({ files, uid });
  return {
    port,
    files,
    async call(...args) {
      const { code, stdout, stderr } = await port.call(args);
      return `${code}|${stdout}|${stderr}`;
    },
  };
}

const FIVE =
  '5||Bootstrap failed: 5: Input/output error\nTry re-running the command as root for richer errors.\n';

describe('bootstrap', () => {
  it('loads silently; a second time it is refused', async () => {
    const { call } = setUp(501);
    expect(await call('bootstrap', GUI, PATH)).toBe('0||');
    expect(await call('bootstrap', GUI, PATH)).toBe(FIVE);
  });

  it('tells root the reason, and others 5', async () => {
    const root = setUp(0, { KeepAlive: true });
    expect(await root.call('bootstrap', 'system', PATH)).toBe('0||');
    expect(await root.call('bootstrap', 'system', PATH)).toBe(
      '37||Bootstrap failed: 37: Operation already in progress\n',
    );
    await root.call('disable', 'gui/0/org.example.verbs');
    expect(await root.call('bootstrap', 'gui/0', PATH)).toBe(
      `119||${PATH}: Service is disabled\nBootstrap failed: 119: Service is disabled\n`,
    );
  });

  it.each([
    ['a relative path', 'job.plist', 108],
    ['a path without a file', '/nowhere/job.plist', 108],
    ['another ending', '/Users/tester/job.txt', 108],
  ])('refuses %s', async (_name, path, code) => {
    expect(await setUp(0).call('bootstrap', 'gui/0', path)).toContain(`Bootstrap failed: ${code}:`);
  });

  it('refuses plists that others may write, that are of others, that are none', async () => {
    const { call, files } = setUp(0);
    const whole = files.text(PATH) ?? '';
    files.put(PATH, whole, { mode: 0o664 });
    expect(await call('bootstrap', 'gui/0', PATH)).toMatch(/^122\|/);
    files.put(PATH, whole, { uid: 502 });
    expect(await call('bootstrap', 'gui/0', PATH)).toMatch(/^122\|/);
    files.put(PATH, '<plist>');
    expect(await call('bootstrap', 'gui/0', PATH)).toMatch(/^109\|/);
    files.put(PATH, writePlist(jobPlist('', { Program: '/bin/job' })));
    expect(await call('bootstrap', 'gui/0', PATH)).toMatch(/^110\|/);
    files.put(PATH, writePlist(jobPlist(LABEL, {})));
    expect(await call('bootstrap', 'gui/0', PATH)).toMatch(/^111\|/);
  });

  it('looks at session types, users and groups', async () => {
    const aqua = setUp(0);
    expect(await aqua.call('bootstrap', 'user/0', PATH)).toMatch(/^134\|/);
    const both = setUp(0, { LimitLoadToSessionType: ['Aqua', 'Background'] });
    expect(await both.call('bootstrap', 'user/0', PATH)).toBe('0||');
    const user = setUp(0, { UserName: 'nobody-here' });
    expect(await user.call('bootstrap', 'system', PATH)).toMatch(/^114\|/);
    const group = setUp(0, { GroupName: 'nothing-here' });
    expect(await group.call('bootstrap', 'system', PATH)).toMatch(/^115\|/);
  });

  it('knows no other user’s domain', async () => {
    const { call } = setUp(501);
    expect(await call('bootstrap', 'gui/502', PATH)).toBe(
      '125||Bootstrap failed: 125: Domain does not support specified action\n',
    );
    expect(await call('print', 'gui/502')).toBe(
      '112||Bad request.\nCould not find domain for user gui: 502\n',
    );
  });
});

describe('bootout', () => {
  it('removes; of a label that is not loaded it says 3, by path 5', async () => {
    const { call } = setUp(501, { KeepAlive: true });
    expect(await call('bootout', TARGET)).toBe('3||Boot-out failed: 3: No such process\n');
    expect(await call('bootout', GUI, PATH)).toBe(
      '5||Boot-out failed: 5: Input/output error\nTry re-running the command as root for richer errors.\n',
    );
    await call('bootstrap', GUI, PATH);
    expect(await call('bootout', GUI, PATH)).toBe('0||');
  });

  it('returns before the process has ended; the label is SIGTERMed until then', async () => {
    const { call, port } = setUp(501, { KeepAlive: true });
    port.behave(LABEL, { onTerm: 'ignored' });
    await call('bootstrap', GUI, PATH);
    expect(await call('bootout', TARGET)).toBe('0||');
    expect(await call('print', TARGET)).toContain('\tstate = SIGTERMed\n');
    expect(await call('bootstrap', GUI, PATH)).toBe(FIVE);
    expect(await call('kickstart', TARGET)).toBe(
      `37||Could not kickstart service "${LABEL}": 37: Operation already in progress\n`,
    );
    expect(await call('bootout', TARGET)).toMatch(/^36\|\|Boot-out failed: 36: Operation now in progress/);
    port.time.advance(5000);
    expect(await call('print', TARGET)).toBe(
      `113||Bad request.\nCould not find service "${LABEL}" in domain for user gui: 501\n`,
    );
  });

  it('--wait returns when it has', async () => {
    const { call, port } = setUp(501, { KeepAlive: true });
    port.behave(LABEL, { onTerm: 'ignored' });
    await call('bootstrap', GUI, PATH);
    expect(await call('bootout', '--wait', TARGET)).toBe('0||');
    expect(port.loaded(GUI)).toEqual([]);
  });

  it('of a domain, or of an empty label, takes everything out', async () => {
    const { call, port } = setUp(501);
    await call('bootstrap', GUI, PATH);
    expect(await call('bootout', `${GUI}/`)).toBe('0||');
    expect(port.loaded(GUI)).toEqual([]);
  });
});

describe('enable and disable', () => {
  it('keep silent, know any label, and count for both domains of the user', async () => {
    const { call } = setUp(501);
    expect(await call('disable', TARGET)).toBe('0||');
    expect(await call('enable', 'user/501/org.example.other')).toBe('0||');
    const listing =
      '0|\n\tdisabled services = {\n\t\t"org.example.verbs" => disabled\n\t\t"org.example.other" => enabled\n\t}\n|';
    expect(await call('print-disabled', GUI)).toBe(listing);
    expect(await call('print-disabled', 'user/501')).toBe(listing);
    expect(await call('bootstrap', GUI, PATH)).toBe(FIVE);
    await call('enable', TARGET);
    expect(await call('bootstrap', GUI, PATH)).toBe('0||');
  });

  it('an override wins over the key Disabled', async () => {
    const { call } = setUp(501, { Disabled: true });
    expect(await call('bootstrap', GUI, PATH)).toBe(FIVE);
    await call('enable', TARGET);
    expect(await call('bootstrap', GUI, PATH)).toBe('0||');
  });

  it('need a service, not a domain', async () => {
    expect(await setUp(501).call('disable', GUI)).toMatch(/^64\|\|Unrecognized target specifier\./);
  });
});

describe('kickstart and kill', () => {
  it('kickstart -p prints the pid; of an unknown label it says 113', async () => {
    const { call, port } = setUp(501);
    expect(await call('kickstart', TARGET)).toBe(
      `113||Could not kickstart service "${LABEL}": 113: Could not find specified service\n`,
    );
    await call('bootstrap', GUI, PATH);
    expect(await call('kickstart', '-p', TARGET)).toBe(`0|${port.pid(GUI, LABEL)}\n|`);
    const before = port.pid(GUI, LABEL);
    expect(await call('kickstart', '-kp', TARGET)).toBe(`0|${port.pid(GUI, LABEL)}\n|`);
    expect(port.pid(GUI, LABEL)).not.toBe(before);
  });

  it('kickstart -s is refused, since no job can be started suspended', async () => {
    const { call, port } = setUp(501);
    await call('bootstrap', GUI, PATH);
    expect(await call('kickstart', '-s', TARGET)).toMatch(
      /^116\|\|The embedded launchd cannot start a job suspended/,
    );
    expect(port.pid(GUI, LABEL)).toBeNull();
  });

  it('kickstart waits out the throttle, and a time limit ends it', async () => {
    const { call, port } = setUp(501, { RunAtLoad: true, ThrottleInterval: 60 });
    await call('bootstrap', GUI, PATH);
    port.end(LABEL, { code: 0 });
    expect(await port.call(['kickstart', TARGET], { timeoutMs: 5000 })).toMatchObject({ timedOut: true });
    expect(await port.call(['kickstart', TARGET], { timeoutMs: 60_000 })).toMatchObject({ code: 0 });
  });

  it('kill takes names with or without SIG, and Darwin’s numbers', async () => {
    const { call, port } = setUp(501, { RunAtLoad: true });
    expect(await call('kill', 'TERM', TARGET)).toMatch(/^113\|/);
    await call('bootstrap', GUI, PATH);
    expect(await call('kill', '30', TARGET)).toBe('0||');
    port.time.advance(1);
    expect(await call('print', TARGET)).toContain('\tlast terminating signal = User defined signal 1: 30\n');
    expect(await call('kill', 'SIGKILL', TARGET)).toBe('3||No process to signal.\n');
    expect(await call('kill', 'LOUDLY', TARGET)).toMatch(/^64\|/);
  });
});

describe('list, error and the rest', () => {
  it('list shows pid, last status and label with tabs; list LABEL the raw wait status', async () => {
    const { call, port } = setUp(501, { RunAtLoad: true, StandardOutPath: '/tmp/out.log' });
    await call('bootstrap', GUI, PATH);
    expect(await call('list')).toBe(`0|PID\tStatus\tLabel\n${port.pid(GUI, LABEL)}\t0\t${LABEL}\n|`);
    port.end(LABEL, { code: 3 });
    expect(await call('list')).toBe(`0|PID\tStatus\tLabel\n-\t3\t${LABEL}\n|`);
    const one = await call('list', LABEL);
    expect(one).toContain('\t"LastExitStatus" = 768;\n');
    expect(one).toContain('\t"ProgramArguments" = (\n\t\t"/bin/job";\n\t);\n};\n');
    expect(await call('list', 'nobody')).toBe('113||Could not find service "nobody" in domain for port\n');
  });

  it('error decodes numbers', async () => {
    const { call } = setUp(501);
    expect(await call('error', '77')).toBe('0|77: No locks available\n|');
    expect(await call('error', '119')).toBe('0|119: Service is disabled\n|');
  });

  it('what it does not know it says', async () => {
    const { call } = setUp(501);
    expect(await call('dance')).toBe('1||Unrecognized subcommand: dance\n');
    expect(await call('__proto__')).toBe('1||Unrecognized subcommand: __proto__\n');
    expect(await call('procinfo', '1')).toBe('1||This subcommand requires root privileges: procinfo\n');
    expect(await setUp(0).call('procinfo', '1')).toBe(
      '116||The embedded launchd has no procinfo, which launchctl of a Mac has.\n',
    );
    expect(await call('print', 'moon/1')).toMatch(
      /^64\|\|Unrecognized target specifier\.\nUsage: launchctl print/,
    );
    expect(await call('managername')).toBe('0|Aqua\n|');
    expect(await call('manageruid')).toBe('0|501\n|');
    expect(await call('variant')).toBe('0|RELEASE\n|');
  });

  it('help lists every verb, explains one, and knows no others', async () => {
    const { call } = setUp(501);
    const text = await call('help');
    expect(text).toMatch(/^0\|Usage: launchctl <subcommand> \.\.\. \| help \[subcommand\]\n\nSubcommands:\n/);
    for (const verb of Object.keys(USAGE)) expect(text).toMatch(new RegExp(`^\t${verb} +[A-Z].*\\.$`, 'm'));
    expect(await call('help', 'kill')).toBe(
      '0|Usage: launchctl kill <signal-number|signal-name> <service-target>\n|',
    );
    expect(await call('help', 'dance')).toBe('64||Usage: launchctl help <subcommand>\n');
    expect(await call('getenv')).toBe('64||Usage: launchctl getenv <key>\n');
  });

  it('blame tells why it runs', async () => {
    const { call, port } = setUp(501, { RunAtLoad: true });
    await call('bootstrap', GUI, PATH);
    expect(await call('blame', TARGET)).toBe('0|speculative\n|');
    port.end(LABEL, { code: 0 });
    expect(await call('blame', TARGET)).toBe('0|(not running)\n|');
    await call('kickstart', '-kp', TARGET);
    expect(await call('blame', TARGET)).toBe('0|launch job demand\n|');
    expect(await call('blame', `${GUI}/nobody`)).toMatch(
      /^113\|\|Bad request\.\nCould not find service "nobody"/,
    );
  });
});
