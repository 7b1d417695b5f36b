import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { openWorld, shell } from '../support/embedded-world.ts';
import { observe } from '../support/reliability.ts';

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };

// 1.2 s count as 1: 2 of 3 are left. Without the rounding it would wait 1.8 s, and 3 s if the exit counted.
const THROTTLED = [
  { interval: 3, runs: 1.2, waits: 2 },
  { interval: 2, runs: 2.2, waits: 0 },
];

describe('the throttle', () => {
  it.each(THROTTLED)(
    'is counted from start to start, in whole seconds: $runs s of $interval',
    async ({ interval, runs, waits }) => {
      const label = `org.example.throttled-${interval}`;
      const log = join(world.folder, `${label}.log`);
      await world.load(label, {
        ProgramArguments: shell(`start=$(date +%s%N); sleep ${runs}; echo $start $(date +%s%N); exit 1`),
        StandardOutPath: log,
        KeepAlive: true,
        ThrottleInterval: interval,
      });
      await vi.waitFor(
        async () => expect(Number(await world.field(label, 'runs'))).toBeGreaterThanOrEqual(4),
        soon,
      );
      await world.launchctl('bootout', '--wait', `${world.gui}/${label}`);
      const times = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map((nanoseconds) => Number(nanoseconds) / 1e9));
      const seen = times.slice(1).map(([start = 0], index) => start - (times[index]?.[1] ?? 0));
      // What a busy machine adds comes on top, so the shortest wait says most.
      const shortest = Math.min(...seen);
      observe(
        `ThrottleInterval ${interval}, ran ${runs} s: waits before the next start`,
        `${waits} s`,
        seen.map((wait) => `${wait.toFixed(2)} s`).join(', '),
      );
      expect(shortest).toBeGreaterThanOrEqual(waits);
      expect(shortest).toBeLessThan(waits + 0.9);
    },
  );
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
