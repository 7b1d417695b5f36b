import { describe, expect, it } from 'vitest';
import { commandOf } from '../../src/emulator/command.ts';
import { definition, when } from './support.ts';

const steps = { find: (tool: string): string => `/usr/bin/${tool}`, listens: false, root: null };

describe('the command of a job', () => {
  it('is the program itself, with argv as given', () => {
    const job = definition({ Program: '/bin/job', ProgramArguments: ['name', 'a', 'b'] });
    expect(commandOf(job, '/bin/job', null, steps)).toEqual({
      file: '/bin/job',
      argv0: 'name',
      args: ['a', 'b'],
    });
    const alone = definition({ Program: '/bin/job', ProgramArguments: [] });
    expect(commandOf(alone, '/bin/job', null, steps)).toEqual({
      file: '/bin/job',
      argv0: '/bin/job',
      args: [],
    });
  });

  it('takes limits, niceness, user and name one after the other, each by exec', () => {
    const job = definition({
      Program: '/bin/job',
      ProgramArguments: ['name', 'a'],
      Nice: -5,
      SoftResourceLimits: when({ NumberOfFiles: 10, Core: 1024 }),
      HardResourceLimits: when({ NumberOfFiles: 20 }),
    });
    const identity = { user: 'daemon', uid: 1, gid: 2, initGroups: true };
    const soft = 'ulimit -Sc 2 2>/dev/null; ulimit -Sn 10 2>/dev/null; ';
    const nice = '/usr/bin/renice -n -5 -p $$ >/dev/null 2>&1; ';
    const unset = 'unset PWD OLDPWD SHLVL; ';
    expect(commandOf(job, '/bin/job', identity, steps)).toEqual({
      file: '/bin/sh',
      argv0: '/bin/sh',
      args: [
        '-c',
        `${soft}ulimit -Hn 20 2>/dev/null; ${soft}${nice}${unset}exec "$@"`,
        'sh',
        '/usr/bin/setpriv',
        '--reuid=1',
        '--regid=2',
        '--init-groups',
        '--',
        '/usr/bin/bash',
        '-pc',
        `${unset}name=$1; shift; exec -a "$name" "$@"`,
        'bash',
        'name',
        '/bin/job',
        'a',
      ],
    });
  });

  it('leaves what the job has set itself', () => {
    const job = definition({ Nice: 1, EnvironmentVariables: when({ PWD: '/x', SHLVL: '7' }) });
    expect(commandOf(job, '/bin/job', null, steps).args[1]).toContain('; unset OLDPWD; exec "$@"');
  });

  it('tells a process with sockets its own pid', () => {
    const { args } = commandOf(definition(), '/bin/job', null, { ...steps, listens: true });
    expect(args).toEqual(['-c', 'export LISTEN_PID=$$; unset PWD OLDPWD SHLVL; exec "$@"', 'sh', '/bin/job']);
  });

  it('changes the root last, and the user with it', () => {
    const job = definition({ Nice: 1, WorkingDirectory: '/in', ProgramArguments: ['other-name', 'a'] });
    const identity = { user: 'daemon', uid: 1, gid: 2, initGroups: false };
    const { args } = commandOf(job, '/bin/job', identity, { ...steps, root: '/jail' });
    expect(args.slice(3)).toEqual([
      '/usr/bin/chroot',
      '--userspec=+1:+2',
      '--groups=',
      '/jail',
      '/usr/bin/env',
      '-C',
      '/in',
      '/bin/job',
      'a',
    ]);
  });
});
