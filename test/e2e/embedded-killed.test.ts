import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import {
  alive,
  type EmbeddedWorld,
  jobPlist,
  LAUNCHCTL,
  openWorld,
  shell,
} from '../support/embedded-world.ts';
import { until } from '../support/until.ts';

const worlds: EmbeddedWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

function open(): EmbeddedWorld {
  const world = openWorld();
  worlds.push(world);
  mkdirSync(join(world.root, 'LaunchAgents'), { recursive: true, mode: 0o700 });
  return world;
}

function install(world: EmbeddedWorld, label: string, keys: Readonly<Record<string, PlistValue>>): void {
  const path = join(world.root, 'LaunchAgents', `${label}.plist`);
  writeFileSync(path, writePlist(jobPlist(label, keys)), { mode: 0o644 });
}

/** Everything alive that has this in its environment: `pid → environment`. */
function processesWith(variable: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)))
    try {
      const environment = `\0${readFileSync(`/proc/${name}/environ`, 'utf8')}`;
      if (environment.includes(`\0${variable}\0`) && alive(Number(name)))
        found.set(Number(name), environment);
    } catch {
      // It has just gone, or is somebody else's.
    }
  return found;
}

/** Label → how many processes it has, in whatever group or session. */
function processesOfJobs(world: EmbeddedWorld): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const environment of processesWith(`TMPDIR=${world.root}/tmp`).values()) {
    const label = /\0XPC_SERVICE_NAME=([^\0]*)/.exec(environment)?.[1] ?? '';
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function daemonsOf(world: EmbeddedWorld): readonly number[] {
  return [...processesWith(`RECONCILE_EMBEDDED_DIR=${world.root}`).keys()].filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launchd.cjs'),
  );
}

/** What each job comes to: its process, and one that ignores SIGTERM, in its group or in a session of its own. */
const JOBS: readonly (readonly [label: string, script: string, processes: number])[] = [
  ['a.plain', 'exec sleep 600', 1],
  ['b.stubborn', `trap '' TERM; (exec sleep 600) & exec sleep 600`, 2],
  ['c.session', `setsid sh -c 'trap "" TERM; exec sleep 600' & exec sleep 600`, 2],
];

describe.runIf(process.platform === 'linux')('a daemon that is killed again and again', () => {
  it.each([
    ['before it listens', 30],
    ['while it boots', 120],
    ['when it has booted', 600],
  ])(
    '%s finds each job once, and ends what it has left',
    async (_name, milliseconds) => {
      const world = open();
      for (const [name, script] of JOBS)
        for (const number of [1, 2])
          install(world, `org.example.${name}${number}`, {
            ProgramArguments: shell(script),
            KeepAlive: true,
            ExitTimeOut: 1,
          });
      const expected = Object.fromEntries(
        JOBS.flatMap(([name, , count]) => [1, 2].map((number) => [`org.example.${name}${number}`, count])),
      );
      for (let round = 0; round < 4; round += 1) {
        // Where a boot is killed is left to chance: this is no wait for anything.
        const front: ChildProcess = spawn(LAUNCHCTL, ['list'], { env: world.env, stdio: 'ignore' });
        const ended = once(front, 'exit');
        await pause(milliseconds / (1 + (round % 2)));
        for (const pid of daemonsOf(world)) process.kill(pid, 'SIGKILL');
        await ended;
      }
      expect((await world.launchctl('list')).code).toBe(0);
      await until(() => JSON.stringify(processesOfJobs(world)) === JSON.stringify(expected), 30_000);
      expect(daemonsOf(world)).toHaveLength(1);
      expect((await world.status()).services.map(({ label }) => label).sort()).toEqual(Object.keys(expected));
      await world.launchctl('embedded-stop');
      expect(processesOfJobs(world)).toEqual({});
      await until(() => daemonsOf(world).length === 0);
    },
    90_000,
  );
});

describe.runIf(process.platform === 'linux')('a daemon with nothing to do', () => {
  it('uses no time with five hundred idle jobs, timers far away and paths to watch', async () => {
    const world = open();
    const kinds: readonly Readonly<Record<string, PlistValue>>[] = [
      { StartInterval: 86_400 },
      { StartCalendarInterval: farAway() },
      { WatchPaths: [join(world.folder, 'watched')] },
      {},
    ];
    for (let index = 0; index < 500; index += 1)
      install(world, `org.example.idle${index}`, {
        ProgramArguments: ['/bin/true'],
        ...kinds[index % kinds.length],
      });
    await world.launchctl('list');
    const { pid, services } = await world.status();
    expect(services).toHaveLength(500);
    // What loading has left to do (garbage, compilation) comes to an end; then five seconds are watched.
    const busy = async (): Promise<number> => {
      const before = cpuTicks(pid ?? 0);
      await pause(5000);
      return cpuTicks(pid ?? 0) - before;
    };
    let used = await busy();
    for (let round = 0; used > 1 && round < 5; round += 1) used = await busy();
    expect(used).toBeLessThanOrEqual(1);
  }, 90_000);
});

/** The first of a month that is half a year away. */
function farAway(): PlistValue {
  const month = ((new Date().getMonth() + 6) % 12) + 1;
  return dict([
    ['Month', month],
    ['Day', 1],
    ['Hour', 3],
    ['Minute', 0],
  ]);
}

/** Hundredths of a second that all threads of the process have used. */
function cpuTicks(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
