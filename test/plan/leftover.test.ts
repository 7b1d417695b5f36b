import { describe, expect, it } from 'vitest';
import { ageText } from '../../src/launchd/time-words.ts';
import type { Leftover, LeftoverFacts, ProcessFacts } from '../../src/model/leftover.ts';
import { judgeHolder, judgeLeftover, listensAt } from '../../src/plan/leftover.ts';

const LABEL = 'com.example.vm';
const SOCKET = { kind: 'socket', path: '/vm/ha.sock', uid: 501, program: '/opt/limactl' } as const;
const PID_FILE = { ...SOCKET, kind: 'pid-file', path: '/vm/ha.pid' } as const;

const DEAD_SOCKET: LeftoverFacts = {
  kind: 'socket',
  uid: 501,
  mtime: 1_000,
  connect: 'ECONNREFUSED',
  isOpen: false,
  pid: null,
  process: 'unknown',
};
/** Of another program, started long after the file was written. */
const STRANGER: ProcessFacts = {
  pid: 412,
  uid: 501,
  parent: 1,
  start: '7',
  startedAt: 5_000,
  program: '/usr/sbin/cupsd',
  command: '/usr/sbin/cupsd -l',
  service: { name: 'org.cups.cupsd' },
};
const DEAD_FILE: LeftoverFacts = { ...DEAD_SOCKET, kind: 'file', connect: null, pid: 412, process: 'none' };
const REUSED: LeftoverFacts = { ...DEAD_FILE, process: STRANGER };

const judge = (leftover: Extract<Leftover, { path: string }>, facts: LeftoverFacts) => {
  const { state, why } = judgeLeftover(leftover, facts, LABEL);
  return `${state}: ${why}`;
};

describe('a socket', () => {
  it('is dead where connecting is refused and nobody has it open', () => {
    expect(judge(SOCKET, DEAD_SOCKET)).toBe('dead: nobody answers on it');
    // macOS does not tell who has it open.
    expect(judge(SOCKET, { ...DEAD_SOCKET, isOpen: null })).toBe('dead: nobody answers on it');
  });

  it.each([
    ['somebody answers', { connect: 'accepted' }, 'in-use: somebody answers on it'],
    ['a process is about to listen', { isOpen: true }, 'in-use: a process has it open'],
    ['its queue is full', { connect: 'EAGAIN' }, 'unknown: connecting to it ends with EAGAIN'],
    ['it is of another kind', { connect: 'EPROTOTYPE' }, 'unknown: connecting to it ends with EPROTOTYPE'],
    ['we may not', { connect: 'EACCES' }, 'unknown: connecting to it ends with EACCES'],
    ['nothing comes of it', { connect: 'timeout' }, 'unknown: connecting to it ends with timeout'],
    ['it is a link', { kind: 'symlink' }, 'unknown: it is a symbolic link, not a socket'],
    ['it is a file', { kind: 'file' }, 'unknown: it is a file, not a socket'],
    ['its folder is closed', { kind: 'hidden' }, 'unknown: it cannot be looked at'],
    ['it is not the user’s', { uid: 0 }, 'unknown: it belongs to uid 0, and the job runs as uid 501'],
    ['it is not there', { kind: null }, 'absent: '],
  ] as const)('stays where %s', (_, facts, said) => {
    expect(judge(SOCKET, { ...DEAD_SOCKET, ...facts })).toBe(said);
  });

  it('stays where it is not known whose it must be', () => {
    expect(judge({ ...SOCKET, uid: null }, DEAD_SOCKET)).toMatch(/^unknown/);
  });
});

describe('a pid file', () => {
  it('is dead when its process is gone, or is another one by every sign', () => {
    expect(judge(PID_FILE, DEAD_FILE)).toBe('dead: process 412 is gone');
    expect(judge(PID_FILE, REUSED)).toBe('dead: process 412 is another one by now (/usr/sbin/cupsd -l)');
  });

  it('is dead when its process is another user’s, whose program and environment cannot be told', () => {
    const hidden = { program: null, service: 'unknown' } as const;
    const by = (leftover: typeof PID_FILE | { readonly uid: 0 }, facts: Partial<ProcessFacts>): string =>
      judge(
        { ...PID_FILE, ...leftover },
        {
          ...REUSED,
          uid: leftover.uid,
          process: { ...STRANGER, ...hidden, ...facts },
        },
      );
    expect(by(PID_FILE, { uid: 0 })).toBe('dead: process 412 is another one by now (/usr/sbin/cupsd -l)');
    expect(by(PID_FILE, { uid: 0, startedAt: 900 })).toMatch(/^in-use/);
    expect(by(PID_FILE, { uid: null })).toMatch(/^in-use/);
    expect(by(PID_FILE, { uid: 501 })).toMatch(/^in-use/);
    // A daemon may have given its rights away.
    expect(by({ uid: 0 }, { uid: 501 })).toMatch(/^in-use/);
  });

  it.each([
    ['was started before the file was written', { startedAt: 900 }],
    ['may have been: clocks differ', { startedAt: 1_001 }],
    ['has no start that can be told', { startedAt: null }],
    ['is the program of the job', { program: '/opt/limactl' }],
    ['has no program that can be told', { program: null }],
    ['is of this job by its environment', { service: { name: LABEL } }],
    ['keeps its environment to itself', { service: 'unknown' }],
  ] as const)('stays when its process %s', (_, facts) => {
    expect(judge(PID_FILE, { ...REUSED, process: { ...STRANGER, ...facts } })).toBe(
      'in-use: process 412 lives (/usr/sbin/cupsd -l)',
    );
  });

  it('stays when nothing can be told of its process, or it names none', () => {
    expect(judge(PID_FILE, { ...DEAD_FILE, process: 'unknown' })).toMatch(/^unknown/);
    expect(judge(PID_FILE, { ...DEAD_FILE, pid: null })).toMatch(/^unknown/);
    expect(judge(PID_FILE, { ...DEAD_FILE, kind: 'symlink' })).toMatch(/^unknown/);
    expect(judge(PID_FILE, { ...DEAD_FILE, uid: 502 })).toMatch(/^unknown/);
  });
});

describe('a process that holds what a job needs', () => {
  const holder = (facts: Partial<ProcessFacts>, age: number | null = 10_800) => {
    const { state, why } = judgeHolder({ ...STRANGER, ...facts }, LABEL, '127.0.0.1:80', age);
    return `${state}: ${why}`;
  };

  it('is of a former run where its environment says so, and nowhere else', () => {
    expect(holder({ service: { name: LABEL } })).toBe('survivor: /usr/sbin/cupsd -l, 3 h old, parent 1');
    expect(holder({})).toBe('in-use: /usr/sbin/cupsd -l, 3 h old, parent 1; it is of the job org.cups.cupsd');
    // Of an app, and of a shell.
    for (const name of ['application.com.apple.Terminal.123', '0'])
      expect(holder({ service: { name } })).toMatch(/^in-use: .*; it is not of this job$/);
    // The same program, started by hand.
    expect(holder({ service: { name: null }, program: '/opt/limactl' })).toMatch(/^in-use/);
    expect(holder({ service: 'unknown' })).toMatch(/^unknown: .*cannot be told whose it is$/);
    expect(holder({ service: { name: LABEL }, start: null })).toMatch(/^unknown/);
    expect(holder({ service: { name: LABEL }, parent: null }, null)).toBe('survivor: /usr/sbin/cupsd -l');
  });

  it('is told without what looks secret, cut short', () => {
    const { why, command } = judgeHolder(
      { ...STRANGER, command: '/bin/x --password hunter2 API_TOKEN=abc -p 80' },
      LABEL,
      '127.0.0.1:80',
      null,
    );
    expect(command).toBe('/bin/x --password *** *** -p 80');
    expect(why).toMatch(/^\/bin\/x --password \*\*\* \*\*\* -p 80, parent 1; /);
  });

  it.each([
    [{ kind: 'tcp', host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
    [{ kind: 'tcp', host: 'db.example.com', port: 80 }, null],
    [{ kind: 'http', url: 'http://localhost:8080/health', status: null }, 'localhost:8080'],
    [{ kind: 'http', url: 'https://[::1]/', status: null }, '::1:443'],
    [{ kind: 'http', url: 'http://127.0.0.1', status: null }, '127.0.0.1:80'],
    [{ kind: 'http', url: 'http://example.com:8080', status: null }, null],
    [{ kind: 'fresh_file', path: '/tmp/a', within: 5 }, null],
  ] as const)('may be in the way of %j at %s', (probe, at) => {
    const found = listensAt(probe);
    expect(found === null ? null : `${found.host}:${found.port}`).toBe(at);
  });

  it.each([
    [40, '40 s'],
    [720, '12 min'],
    [10_800, '3 h'],
    [432_000, '5 days'],
  ])('is %i s old: %s', (age, text) => {
    expect(ageText(age)).toBe(text);
  });
});
