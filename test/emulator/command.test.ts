import { describe, expect, it } from 'vitest';
import { commandOf } from '../../src/emulator/command.ts';
import { definition, when } from './support.ts';

const find = (tool: string): string => `/usr/bin/${tool}`;

describe('the command of a job', () => {
  it('is the program itself, with argv as given', () => {
    const job = definition({ Program: '/bin/job', ProgramArguments: ['name', 'a', 'b'] });
    expect(commandOf(job, '/bin/job', null, find)).toEqual({
      file: '/bin/job',
      argv0: 'name',
      args: ['a', 'b'],
    });
    const alone = definition({ Program: '/bin/job', ProgramArguments: [] });
    expect(commandOf(alone, '/bin/job', null, find)).toEqual({
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
    expect(commandOf(job, '/bin/job', identity, find)).toEqual({
      file: '/bin/sh',
      argv0: '/bin/sh',
      args: [
        '-c',
        `${soft}ulimit -Hn 20 2>/dev/null; ${soft}exec "$@"`,
        'sh',
        '/usr/bin/nice',
        '-n',
        '-5',
        '/usr/bin/setpriv',
        '--reuid=1',
        '--regid=2',
        '--init-groups',
        '--',
        '/usr/bin/bash',
        '-c',
        'name=$1; shift; exec -a "$name" "$@"',
        'bash',
        'name',
        '/bin/job',
        'a',
      ],
    });
  });
});
