import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { alive, openWorld, shell } from '../support/embedded-world.ts';

// What a job's process is given, looked at from inside real processes (facts §1, §2.4, §2.8).

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };
const isRoot = process.getuid?.() === 0;

type Keys = Readonly<Record<string, PlistValue>>;

/** Loads a job into `domain`, waits for the end of its run, and gives what it wrote. */
async function outputOf(label: string, keys: Keys, domain = world.gui): Promise<string> {
  const log = join(world.folder, `${label}.log`);
  const path = world.plist(label, { RunAtLoad: true, StandardOutPath: log, StandardErrorPath: log, ...keys });
  expect(await world.launchctl('bootstrap', domain, path)).toMatchObject({ code: 0, stderr: '' });
  await vi.waitFor(async () => {
    const { stdout } = await world.launchctl('print', `${domain}/${label}`);
    expect(stdout).toContain('\tlast exit code = 0\n');
  }, soon);
  return readFileSync(log, 'utf8').trim();
}

describe('limits and niceness', () => {
  it('soft and hard limits are what the process finds', async () => {
    const text = await outputOf('org.example.limits', {
      ProgramArguments: shell('ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Ht'),
      SoftResourceLimits: dict([
        ['NumberOfFiles', 64],
        ['Core', 0],
        ['CPU', 1800],
      ]),
      HardResourceLimits: dict([
        ['NumberOfFiles', 128],
        ['CPU', 3600],
      ]),
    });
    expect(text.split('\n')).toEqual(['64', '128', '0', '3600']);
    const { stdout } = await world.launchctl('print', `${world.gui}/org.example.limits`);
    expect(stdout).toContain('\t\tmaxfiles (soft) => 64\n');
  });

  it('a limit that cannot be set is passed over, without a word in the log', async () => {
    const text = await outputOf('org.example.limits-wrong', {
      ProgramArguments: shell('echo began; ulimit -Hn'),
      // The soft limit stays above the hard one, which the kernel refuses.
      HardResourceLimits: dict([['NumberOfFiles', 5]]),
    });
    expect(text).toMatch(/^began\n\d{3,}$/);
  });

  it('niceness is the kernel’s, and leaves nothing in the environment', async () => {
    const text = await outputOf('org.example.nice', {
      ProgramArguments: ['/bin/cat', '/proc/self/stat', '/proc/self/environ'],
      Nice: 15,
      LowPriorityIO: true,
    });
    const fields = text.slice(text.indexOf(') ') + 2).split(' ');
    expect(fields[16]).toBe('15');
    const names = (text.split('\n')[1] ?? '').split('\0').map((line) => line.split('=')[0]);
    expect(names.filter((name) => name === 'PWD' || name === 'SHLVL' || name === '_')).toEqual([]);
  });

  it.skipIf(isRoot)('a niceness that only root may have is passed over', async () => {
    const text = await outputOf('org.example.nice-refused', { ProgramArguments: shell('nice'), Nice: -10 });
    expect(text).toMatch(/^-?\d+$/);
  });
});

describe.runIf(isRoot)('another user (only root can become one)', () => {
  const script = 'id -u; id -g; id -G';
  const rows = (file: string): readonly string[][] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':'));
  const users = rows('/etc/passwd').map(([name = '', , uid = '', gid = '']) => ({ name, uid, gid }));
  const groups = rows('/etc/group').map(([name = '', , gid = '', members = '']) => ({
    name,
    gid,
    members: members.split(',').filter((member) => member !== ''),
  }));
  const daemon = users.find(({ name }) => name === 'daemon');
  const member = users.find(
    (user) =>
      user.uid !== '0' && groups.some((group) => group.members.includes(user.name) && group.gid !== user.gid),
  );

  it.runIf(daemon !== undefined)('UserName and GroupName', async () => {
    const other = groups.find(({ gid }) => gid !== '0' && gid !== daemon?.gid);
    const text = await outputOf(
      'org.example.group',
      {
        ProgramArguments: shell('id -u; id -g'),
        UserName: 'daemon',
        GroupName: other?.name ?? '',
      },
      'system',
    );
    expect(text.split('\n')).toEqual([daemon?.uid, other?.gid]);
  });

  it('GroupName alone', async () => {
    const other = groups.find(({ gid }) => gid !== '0');
    const text = await outputOf(
      'org.example.group-alone',
      { ProgramArguments: shell('id -u; id -g'), GroupName: other?.name ?? '' },
      'system',
    );
    expect(text.split('\n')).toEqual(['0', other?.gid]);
  });

  it.runIf(member !== undefined)(
    'has the groups that it is a member of, unless InitGroups is false',
    async () => {
      const user = { UserName: member?.name ?? '' };
      const own = groups.filter((group) => group.members.includes(member?.name ?? '')).map(({ gid }) => gid);
      const all = await outputOf(
        'org.example.groups',
        { ProgramArguments: shell(script), ...user },
        'system',
      );
      const [uid, gid, list] = all.split('\n');
      expect([uid, gid]).toEqual([member?.uid, member?.gid]);
      expect((list ?? '').split(' ').sort()).toEqual([...new Set([gid ?? '', ...own])].sort());
      const few = await outputOf(
        'org.example.groups-none',
        { ProgramArguments: shell(script), ...user, InitGroups: false },
        'system',
      );
      expect(few.split('\n')).toEqual([uid, gid, gid]);
    },
  );

  it('is refused at bootstrap when there is no such user or group', async () => {
    for (const [keys, code] of [
      [{ UserName: 'no-such-user' }, 114],
      [{ GroupName: 'no-such-group' }, 115],
    ] as const) {
      const path = world.plist(`org.example.refused-${code}`, { ProgramArguments: ['/bin/true'], ...keys });
      expect(await world.launchctl('bootstrap', 'system', path)).toMatchObject({ code });
    }
  });
});

describe.runIf(isRoot)('RootDirectory (only root can change it)', () => {
  /** A folder with these programs and the libraries that they are linked with. */
  function jail(...programs: readonly string[]): string {
    const root = join(world.folder, 'jail');
    for (const program of programs) {
      const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
      for (const file of [program, ...libraries]) {
        mkdirSync(join(root, dirname(file)), { recursive: true });
        copyFileSync(file, join(root, file));
      }
    }
    mkdirSync(join(root, 'inside'), { recursive: true });
    return root;
  }

  it('is all that the process sees, with its user and its folder', async () => {
    const root = jail('/bin/sh', '/usr/bin/env', '/bin/cat');
    const keys = {
      RootDirectory: root,
      ProgramArguments: shell('echo /*; pwd; read line < /status; echo $line'),
    };
    writeFileSync(join(root, 'status'), 'of the jail\n');
    const seen = readdirSync(root)
      .map((name) => `/${name}`)
      .sort()
      .join(' ');
    expect(await outputOf('org.example.root', keys, 'system')).toBe(`${seen}\n/\nof the jail`);
    const inside = { ...keys, WorkingDirectory: '/inside', UserName: 'daemon' };
    expect(await outputOf('org.example.root-inside', inside, 'system')).toBe(`${seen}\n/inside\nof the jail`);
  });

  it('shows 78 when it is missing, or the program below it', async () => {
    for (const [label, root] of [
      ['org.example.root-missing', join(world.folder, 'no-jail')],
      ['org.example.root-empty', world.folder],
    ] as const) {
      const path = world.plist(label, {
        ProgramArguments: ['/bin/sh'],
        RootDirectory: root,
        RunAtLoad: true,
      });
      await world.launchctl('bootstrap', 'system', path);
      const { stdout } = await world.launchctl('print', `system/${label}`);
      expect(stdout).toContain('\tlast exit code = 78: EX_CONFIG\n');
    }
  });
});

describe('files', () => {
  it('StandardInPath is read from its beginning', async () => {
    const input = join(world.folder, 'input');
    writeFileSync(input, 'first\nsecond\n');
    const keys = { ProgramArguments: ['/bin/cat'], StandardInPath: input };
    expect(await outputOf('org.example.stdin', keys)).toBe('first\nsecond');
  });

  it('the folders of a log are made, and what is there is kept', async () => {
    const log = join(world.folder, 'new', 'folder', 'out.log');
    mkdirSync(join(world.folder, 'kept'));
    const kept = join(world.folder, 'kept', 'out.log');
    writeFileSync(kept, 'before\n');
    await outputOf('org.example.logs', {
      ProgramArguments: shell('echo out; echo err >&2'),
      StandardOutPath: log,
      StandardErrorPath: kept,
    }).catch(() => {});
    await vi.waitFor(() => expect(readFileSync(kept, 'utf8')).toBe('before\nerr\n'), soon);
    expect(readFileSync(log, 'utf8')).toBe('out\n');
  });

  it.each([
    ['stdin that is missing', { StandardInPath: '/no/such/input' }],
    ['log that is a folder', { StandardOutPath: '/usr' }],
    ['relative log', { StandardErrorPath: 'err.log' }],
    ['program that is not executable', { ProgramArguments: ['/etc/passwd'] }],
    ['program that is a folder', { ProgramArguments: ['/usr'] }],
  ] as const)('78 for a %s', async (what, keys) => {
    const label = `org.example.${what.replaceAll(' ', '-')}`;
    await world.load(label, { ProgramArguments: ['/bin/true'], RunAtLoad: true, ...keys });
    expect(await world.field(label, 'last exit code')).toBe('78: EX_CONFIG');
    expect(await world.field(label, 'job state')).toBe('spawn failed');
  });

  it('a script starts through env, and a missing interpreter of env is its own failure (127)', async () => {
    const good = join(world.folder, 'good');
    const bad = join(world.folder, 'bad');
    writeFileSync(good, '#!/usr/bin/env sh\necho by env\n');
    writeFileSync(bad, '#!/usr/bin/env no-such-interpreter\n');
    for (const file of [good, bad]) chmodSync(file, 0o755);
    expect(await outputOf('org.example.env', { ProgramArguments: [good] })).toBe('by env');
    await world.load('org.example.env-bad', { ProgramArguments: [bad], RunAtLoad: true });
    await vi.waitFor(
      async () => expect(await world.field('org.example.env-bad', 'last exit code')).toBe('127'),
      soon,
    );
    expect(await world.field('org.example.env-bad', 'job state')).toBe('exited');
  });
});

describe('what a job leaves behind', () => {
  it('lives on with AbandonProcessGroup', async () => {
    const text = await outputOf('org.example.abandon', {
      ProgramArguments: shell('sleep 600 & echo $!'),
      AbandonProcessGroup: true,
    });
    const child = Number(text);
    expect(alive(child)).toBe(true);
    await world.launchctl('bootout', '--wait', `${world.gui}/org.example.abandon`);
    expect(alive(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });
});

/** `SOFT:HARD` of a running process, by prlimit (util-linux). */
function limitFiles(pid: number, files: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}`]);
}

describe('a machine that is full', () => {
  it('lets the start wait until there is room for another open file', async () => {
    const log = join(world.folder, 'full.log');
    const flag = join(world.folder, 'full.flag');
    await world.load('org.example.full', {
      ProgramArguments: shell(`[ -e '${flag}' ] && exec sleep 600; : > '${flag}'; sleep 1; exit 1`),
      StandardOutPath: log,
      KeepAlive: true,
      ThrottleInterval: 1,
    });
    await vi.waitFor(() => expect(existsSync(flag)).toBe(true), soon);
    const { pid } = await world.status();
    expect(pid).not.toBeNull();
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const [, before] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    // The soft limit alone, so that anybody may raise it again.
    limitFiles(Number(pid), '4:');
    const journal = join(world.root, 'run', 'launchd.log');
    await vi.waitFor(
      () =>
        expect(readFileSync(journal, 'utf8')).toContain(
          'org.example.full: no process could be made; trying again',
        ),
      soon,
    );
    limitFiles(Number(pid), `${before}:`);
    await vi.waitFor(
      async () => expect(await world.field('org.example.full', 'state')).toBe('running'),
      soon,
    );
    // The starts that came to nothing are no runs.
    expect(await world.field('org.example.full', 'runs')).toBe('2');
  });
});
