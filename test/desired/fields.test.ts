import { describe, expect, it } from 'vitest';
import type { InstanceFields } from '../../src/config/instance.ts';
import { codesOf, jobOf, keys, keysOf } from './support.ts';

/** The keys of a job that adds these fields to a bare command, without what every such job has. */
function added(fields: InstanceFields): Record<string, unknown> {
  const {
    ProgramArguments: _arguments,
    RunAtLoad: _atLoad,
    KeepAlive: _keepAlive,
    ...others
  } = keysOf({ command: ['/bin/x'], ...fields });
  return others;
}

describe('command, program and script', () => {
  it.each<[string, InstanceFields, Record<string, unknown>]>([
    ['a list', { command: ['/bin/x', 'a b', '$HOME'] }, { ProgramArguments: ['/bin/x', 'a b', '$HOME'] }],
    [
      'words',
      { command: "~/bin/x ~ 'a b' a~" },
      { ProgramArguments: ['/Users/ada/bin/x', '/Users/ada', 'a b', 'a~'] },
    ],
    [
      'tildes in a list',
      { command: ['~/x', '~', 'a~'] },
      { ProgramArguments: ['/Users/ada/x', '/Users/ada', 'a~'] },
    ],
    ['a program alone', { program: '~/bin/x' }, { Program: '/Users/ada/bin/x' }],
    [
      'a program with its argv',
      { program: '/bin/sh', command: ['-sh', '-c', 'true'] },
      { Program: '/bin/sh', ProgramArguments: ['-sh', '-c', 'true'] },
    ],
    [
      'a script, verbatim',
      { script: 'echo "$HOME" ~\nexec x | y\n' },
      { ProgramArguments: ['/bin/sh', '-c', 'echo "$HOME" ~\nexec x | y\n'] },
    ],
    ['a program beside the file', { program: './bin/x' }, { Program: '/Users/ada/dotfiles/bin/x' }],
    ['a bare name', { command: 'sleep 5' }, { ProgramArguments: ['sleep', '5'] }],
  ])('takes %s', (_what, fields, keys) => {
    expect(keysOf(fields)).toEqual({ ...keys, RunAtLoad: true, KeepAlive: { SuccessfulExit: false } });
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ command: 'x | y' }, ['error command/shell-syntax']],
    [{ command: '   ' }, ['error command/empty']],
    [{ command: "'' a" }, ['error command/empty']],
    [{ command: './x' }, ['error program/relative']],
    [{ command: ['bin/x'] }, ['error program/relative']],
    [{ program: 'x' }, ['error program/relative']],
    [{ program: '~eve/x' }, ['error path/other-home']],
    [{ command: ['/bin/x', '~eve'] }, ['error path/other-home']],
    [{ command: '/bin/x ~eve' }, ['error path/other-home']],
    [{ command: "/bin/x '~eve'" }, []],
    [{ command: 'node x' }, ['info program/bare-name']],
    [{ command: 'node x', path: ['/opt/bin'] }, ['warning program/bare-name']],
    [{ command: 'node x', environment: { PATH: '/opt/bin' } }, ['warning program/bare-name']],
  ])('says of %j: %j', (fields, codes) => {
    expect(codesOf(fields)).toEqual(codes);
  });
});

describe('environment and path', () => {
  it('writes variables as they stand', () => {
    expect(added({ environment: { A: '1.10', __proto__x: '' } })).toEqual({
      EnvironmentVariables: { A: '1.10', __proto__x: '' },
    });
    expect(added({ environment: {} })).toEqual({});
  });

  it("puts folders before launchd's own PATH", () => {
    expect(added({ path: ['~/bin', '/opt/homebrew/bin'], environment: { A: 'b' } })).toEqual({
      EnvironmentVariables: {
        A: 'b',
        PATH: '/Users/ada/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      },
    });
  });

  it('takes a relative folder from the folder of its file', () => {
    expect(added({ path: ['bin'] })).toMatchObject({
      EnvironmentVariables: { PATH: expect.stringMatching(/^\/Users\/ada\/dotfiles\/bin:/) },
    });
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ path: ['/x'], environment: { PATH: '/y' } }, ['error environment/path-twice']],
    [{ path: ['/x:/y'] }, ['error path/colon']],
    [{ path: ['~eve/bin'] }, ['error path/other-home']],
    [{ environment: { CONFIG: '~/x' } }, ['warning environment/tilde']],
    [{ environment: { 'A=B': 'x' } }, ['error launchd/variable-name']],
    [{ environment: { BELL: 'a\u0007' } }, ['error plist/unwritable']],
  ])('says of %j: %j', (fields, codes) => {
    expect(codesOf({ command: ['/bin/x'], ...fields })).toEqual(codes);
  });
});

describe('streams and working folder', () => {
  it('resolves relative logs against the working folder, and that against the file', () => {
    expect(added({ working_dir: '~/w', stdin: 'in', stdout: 'log/out', stderr: '/var/log/x.err' })).toEqual({
      WorkingDirectory: '/Users/ada/w',
      StandardInPath: '/Users/ada/w/in',
      StandardOutPath: '/Users/ada/w/log/out',
      StandardErrorPath: '/var/log/x.err',
    });
    expect(added({ working_dir: '../w' })).toEqual({ WorkingDirectory: '/Users/ada/w' });
  });

  it('names the folders of the logs', () => {
    expect(
      jobOf({ command: ['/bin/x'], working_dir: '/w', stdout: 'a/out', stderr: '/b/err', stdin: '/c/in' })
        .folders,
    ).toEqual(['/b', '/w/a']);
    expect(jobOf({ command: ['/bin/x'], stdout: '/dev/null', stderr: '/err' }).folders).toEqual([]);
    expect(jobOf({ command: ['/bin/x'], launchd: keys({ StandardOutPath: '/d/out' }) }).folders).toEqual([
      '/d',
    ]);
  });

  it('resolves relative logs against the file where there is no working folder', () => {
    expect(added({ stdin: 'in', stdout: 'log/out', stderr: '../x.err' })).toEqual({
      StandardInPath: '/Users/ada/dotfiles/in',
      StandardOutPath: '/Users/ada/dotfiles/log/out',
      StandardErrorPath: '/Users/ada/x.err',
    });
  });

  it('logs below ~/Library/Logs on request; a path of its own wins', () => {
    const logs = { StandardOutPath: '/Users/ada/Library/Logs/com.example.job/out.log' };
    expect(added({ logs: true })).toEqual({
      ...logs,
      StandardErrorPath: '/Users/ada/Library/Logs/com.example.job/err.log',
    });
    expect(added({ logs: true, stderr: '/x' })).toEqual({ ...logs, StandardErrorPath: '/x' });
    expect(added({ logs: false })).toEqual({});
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ stdout: '' }, ['error path/empty']],
    [{ stdout: '~eve/x.log' }, ['error path/other-home']],
    [{ stdout: 'x.log', working_dir: '~eve' }, ['error path/other-home']],
    [{ logs: true, domain: 'all-users' }, ['warning logs/one-home']],
  ])('says of %j: %j', (fields, codes) => {
    expect(codesOf({ command: ['/bin/x'], ...fields })).toEqual(codes);
  });
});

describe('how the process runs', () => {
  it.each<[InstanceFields, Record<string, unknown>]>([
    [{ umask: '022' }, { Umask: 18 }],
    [{ umask: '0077' }, { Umask: 63 }],
    [{ stop_timeout: 90 }, { ExitTimeOut: 90 }],
    [{ process_type: 'background' }, { ProcessType: 'Background' }],
    [{ process_type: 'interactive' }, { ProcessType: 'Interactive' }],
    [{ nice: -5 }, { Nice: -5 }],
    [{ low_priority_io: true }, { LowPriorityIO: true }],
    [{ low_priority_io: false }, {}],
    [
      {
        limits: {
          open_files: { soft: 4096, hard: 4096 },
          processes: { soft: 512, hard: 1024 },
          core: { soft: 0 },
        },
      },
      {
        SoftResourceLimits: { NumberOfFiles: 4096, NumberOfProcesses: 512, Core: 0 },
        HardResourceLimits: { NumberOfFiles: 4096, NumberOfProcesses: 1024 },
      },
    ],
    [
      {
        limits: Object.fromEntries(
          ['cpu', 'data', 'file_size', 'locked_memory', 'resident_memory', 'stack'].map((name) => [
            name,
            { hard: 1 },
          ]),
        ),
      },
      { HardResourceLimits: { CPU: 1, Data: 1, FileSize: 1, MemoryLock: 1, ResidentSetSize: 1, Stack: 1 } },
    ],
    [{ session_types: ['aqua'] }, { LimitLoadToSessionType: 'Aqua' }],
    [{ session_types: ['aqua', 'background'] }, { LimitLoadToSessionType: ['Aqua', 'Background'] }],
    [
      { domain: 'user', session_types: ['background', 'aqua'] },
      { LimitLoadToSessionType: ['Background', 'Aqua'] },
    ],
    [
      { domain: 'user', launchd: keys({ LimitLoadToSessionType: ['Background'] }) },
      { LimitLoadToSessionType: ['Background'] },
    ],
  ])('compiles %j', (fields, expected) => {
    expect(added(fields)).toEqual(expected);
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ domain: 'system', user: 'eve', group: 'staff' }, []],
    [{ domain: 'user' }, ['warning domain/user-not-persistent']],
    [{ domain: 'system', session_types: ['system'] }, ['error session/agents-only']],
    [{ session_types: ['background'] }, ['error session/wrong-domain']],
    [
      { domain: 'all-users', launchd: keys({ LimitLoadToSessionType: 'LoginWindow' }) },
      ['warning session/wrong-domain'],
    ],
    [{ label: 'com.apple.x' }, ['error label/invalid']],
    [{ label: 'homebrew.mxcl.redis' }, ['info label/other-tool']],
    [{ label: 'homebrew.mxcl.redis', managed_by: 'other' }, []],
    [{ label: 'org.nixosity.x' }, []],
    [{ label: 'a/b' }, ['error label/invalid']],
    [{ ignore_changes: ['KeepAliv'] }, ['error ignore-changes/unknown-key']],
    [{ ignore_changes: ['KeepAlive'] }, []],
  ])('says of %j: %j', (fields, codes) => {
    expect(codesOf({ command: ['/bin/x'], ...fields })).toEqual(codes);
  });
});
