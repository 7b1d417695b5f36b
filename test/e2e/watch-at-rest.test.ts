import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, createWorld, LAUNCHCTL, until, type World } from '../support/private-home.ts';
import { isThorough, record } from '../support/reliability.ts';

/**
 * What the loop costs while nothing differs. The jobs are applied for real; then what launchctl prints of their domain is
 * kept, and a shell script prints that again: so thousands of rounds take minutes, and what is counted is the loop.
 */

const [JOBS, ROUNDS] = isThorough ? [200, 10_000] : [50, 300];
/** Half a percent of a core, at one round in ten seconds. */
const CPU_A_ROUND_MS = 50;
const GROWTH_MB = 32;

let world: World;
let launchctl: string;
let common: readonly string[];
beforeAll(async () => {
  world = createWorld({ RECONCILE_LAUNCHD: '' });
  launchctl = world.write(
    'launchctl',
    `#!/bin/sh
if [ -f ${world.home}/answer ]; then echo "$*" >> ${world.home}/calls; exec cat ${world.home}/answer; fi
RECONCILE_EMBEDDED_DIR=${world.home}/.local/state/reconcile/embedded exec ${LAUNCHCTL} "$@"
`,
  );
  chmodSync(launchctl, 0o755);
  const jobs = Array.from(
    { length: JOBS },
    (_, index) => `  job-${index}: { command: /bin/echo ${index}, start: { every: 1d } }`,
  );
  const file = world.write('reconcile.yaml', `version: 1\nname: rest\ninstances:\n${jobs.join('\n')}\n`);
  common = ['-f', file, '--launchctl', launchctl, '--root', join(world.home, 'root')];
  expect((await world.reconcile('apply', '--yes', ...common)).code).toBe(0);
}, 300_000);
afterAll(() => world.end());

interface Usage {
  readonly round: number;
  readonly seconds: number;
  readonly mb: number;
}

const calls = (): readonly string[] => world.read('calls').split('\n').slice(0, -1);

/** Processor time of this process alone, without that of its children. */
function usage(pid: number): Usage {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    round: calls().length,
    seconds: (Number(fields[11]) + Number(fields[12])) / 100,
    mb: Number(rss) / 1024,
  };
}

it.skipIf(!existsSync('/proc/self/stat'))(
  'at rest the loop makes one call a round and domain, takes next to no time, and does not grow (needs /proc)',
  async () => {
    const domain = `gui/${process.getuid?.()}`;
    const shown = await world.launchctl('print', domain);
    expect(shown.code).toBe(0);
    // Files that were written within the last second are read once more.
    const applied = Date.now();
    await until('the plists are older than the coarsest clock', () => Date.now() - applied > 1_500);
    world.write('calls', '');
    writeFileSync(join(world.home, 'answer'), shown.stdout);
    const loop = spawn(
      process.execPath,
      [CLI, 'watch', '--json', '--interval', '1ms', '--rounds', String(ROUNDS), ...common],
      { env: { ...world.env }, cwd: world.home, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let told = '';
    loop.stdout.setEncoding('utf8').on('data', (text) => (told += text));
    const ended = new Promise((resolve) => loop.once('close', resolve));
    const samples: Usage[] = [];
    for (const share of [0.2, 0.9]) {
      await until(`${share} of the rounds`, () => calls().length >= ROUNDS * share, 850_000);
      samples.push(usage(loop.pid ?? process.pid));
    }
    expect(await ended).toBe(0);
    const [first, last] = samples as [Usage, Usage];
    const cpuMs = ((last.seconds - first.seconds) / (last.round - first.round)) * 1_000;
    const events = told.trim().split('\n');
    expect(events.map((line) => JSON.parse(line).event)).toEqual(['started', 'file-loaded', 'stopped']);
    expect(calls()).toEqual(Array.from({ length: ROUNDS }, () => `print ${domain}`));
    expect(cpuMs).toBeLessThan(CPU_A_ROUND_MS);
    expect(last.mb - first.mb).toBeLessThan(GROWTH_MB);
    record('rest', {
      jobs: JOBS,
      rounds: ROUNDS,
      'calls of launchctl': calls().length,
      'jobs touched': 0,
      'own CPU at one round in 10 s': 'below 0.5 % of a core',
      'memory from a fifth to the end': `grew by less than ${GROWTH_MB} MiB`,
    });
  },
  900_000,
);
