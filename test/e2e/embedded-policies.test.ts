import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { openWorld, shell } from '../support/embedded-world.ts';

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };

const ENDS = {
  'exit 0': 'exit 0',
  'exit 1': 'exit 1',
  SIGTERM: 'kill -TERM $$',
  SIGKILL: 'kill -KILL $$',
  SIGSEGV: 'kill -SEGV $$',
  SIGABRT: 'kill -ABRT $$',
} as const;

const LAST_EXIT: Readonly<Record<keyof typeof ENDS, string>> = {
  'exit 0': 'last exit code = 0',
  'exit 1': 'last exit code = 1',
  SIGTERM: 'last terminating signal = Terminated: 15',
  SIGKILL: 'last terminating signal = Killed: 9',
  SIGSEGV: 'last terminating signal = Segmentation fault: 11',
  SIGABRT: 'last terminating signal = Abort trap: 6',
};

// facts §2.5: + started again, - left alone; in the order of ENDS.
const POLICIES: readonly (readonly [name: string, keepAlive: PlistValue | null, row: string])[] = [
  ['never', null, '------'],
  ['always', true, '++++++'],
  ['on-failure', dict([['SuccessfulExit', false]]), '-+++++'],
  ['on-success', dict([['SuccessfulExit', true]]), '+-----'],
  ['on-crash', dict([['Crashed', true]]), '----++'],
  ['unless-crash', dict([['Crashed', false]]), '++++--'],
];

describe('every policy with real processes', () => {
  it.each(POLICIES)('%s', async (policy, keepAlive, row) => {
    const seen: string[] = [];
    await Promise.all(
      Object.entries(ENDS).map(async ([name, command], index) => {
        const label = `org.example.${policy}.${index}`;
        const flag = join(world.folder, `${label}.flag`);
        await world.load(label, {
          // Its second run stays.
          ProgramArguments: shell(`[ -e '${flag}' ] && exec sleep 600; : > '${flag}'; ${command}`),
          RunAtLoad: true,
          ThrottleInterval: 1,
          ...(keepAlive === null ? {} : { KeepAlive: keepAlive }),
        });
        // The decision falls with the end itself: what waits is "spawn scheduled", what is left alone "not running".
        await vi.waitFor(async () => {
          const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
          expect(stdout).toContain(`\t${LAST_EXIT[name as keyof typeof ENDS]}\n`);
          const state = /^\tstate = (.*)$/m.exec(stdout)?.[1];
          expect(['running', 'not running']).toContain(state);
          seen[index] = state === 'running' ? '+' : '-';
        }, soon);
        expect(await world.field(label, 'runs')).toBe(seen[index] === '+' ? '2' : '1');
      }),
    );
    expect(seen.join('')).toBe(row);
  });
});

describe('the throttle', () => {
  it('is counted from start to start', async () => {
    const log = join(world.folder, 'starts.log');
    await world.load('org.example.throttled', {
      ProgramArguments: shell('date +%s%N; sleep 1.3; exit 1'),
      StandardOutPath: log,
      KeepAlive: true,
      ThrottleInterval: 3,
    });
    await vi.waitFor(
      async () =>
        expect(Number(await world.field('org.example.throttled', 'runs'))).toBeGreaterThanOrEqual(3),
      soon,
    );
    await world.launchctl('bootout', '--wait', `${world.gui}/org.example.throttled`);
    const starts = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line) / 1e9);
    for (const [index, start] of starts.slice(1).entries()) {
      const gap = start - (starts[index] ?? 0);
      // 1.3 s count as 1, so the rest of 3 is waited from the end on: 3.3 s. From the exit it would be 4.3 s.
      expect(gap).toBeGreaterThan(2.9);
      expect(gap).toBeLessThan(4.2);
    }
  });
});

describe('a job that cannot be started', () => {
  const script = `printf '#!/no/such/interpreter\\n'`;
  it.each([
    ['a missing program', { ProgramArguments: ['/no/such/program'] }],
    ['a missing working directory', { ProgramArguments: ['/bin/true'], WorkingDirectory: '/no/such/folder' }],
    [
      'a log that cannot be opened',
      { ProgramArguments: ['/bin/true'], StandardOutPath: '/dev/null/out.log' },
    ],
    ['a relative program with a slash', { ProgramArguments: ['bin/true'] }],
  ] as const)('is loaded, and shows 78 for %s', async (name, keys) => {
    const label = `org.example.${name.replaceAll(' ', '-')}`;
    await world.load(label, { ...keys, KeepAlive: dict([['SuccessfulExit', false]]) });
    expect(await world.field(label, 'last exit code')).toBe('78: EX_CONFIG');
    expect(await world.field(label, 'state')).toBe('spawn scheduled');
    expect(await world.field(label, 'job state')).toBe('spawn failed');
  });

  it('is one whose interpreter is missing', async () => {
    const file = join(world.folder, 'script');
    await world.load('org.example.maker', {
      ProgramArguments: shell(`${script} > '${file}'; chmod +x '${file}'`),
      RunAtLoad: true,
    });
    await vi.waitFor(
      async () => expect(await world.field('org.example.maker', 'last exit code')).toBe('0'),
      soon,
    );
    await world.load('org.example.shebang', { ProgramArguments: [file], RunAtLoad: true });
    expect(await world.field('org.example.shebang', 'last exit code')).toBe('78: EX_CONFIG');
    expect(await world.field('org.example.shebang', 'state')).toBe('not running');
  });
});
