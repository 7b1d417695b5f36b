import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { openWorld, type Status, shell } from '../support/embedded-world.ts';
import { isThorough, record } from '../support/reliability.ts';

const world = openWorld();
afterAll(() => world.close());

const [JOBS, RESTARTS] = isThorough ? [500, 40] : [25, 4];
const STARTS = JOBS * (RESTARTS + 1);
const DEADLINE_MS = 600_000;
/** From the first half of the restarts to the last one; what a heap that is tidied now and then may differ by. */
const MOST_GROWTH_MIB = 16;
/** A front end of its own for each answer, on a machine that hundreds of crashing processes keep busy. */
const LONGEST_ANSWER_S = 10;
/** How long nothing at all may be done to count as idle. */
const IDLE_S = isThorough ? 10 : 2;

const labels = Array.from({ length: JOBS }, (_, index) => `org.example.crasher-${index}`);
const linesOf = (label: string): number => readFileSync(startsOf(label), 'utf8').split('\n').length - 1;
const startsOf = (label: string): string => join(world.folder, `${label}.starts`);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const runsIn = ({ services }: Status): number => sum(services.map(({ runs }) => runs));

/** Each start writes a line, then crashes; the last one stays. Builtins only: the work is to be launchd's. */
function crasher(label: string): string {
  const file = startsOf(label);
  return `n=0; [ -e '${file}' ] && while read -r _; do n=$((n + 1)); done < '${file}'
    echo $$ >> '${file}'; [ $n -ge ${RESTARTS} ] && exec sleep 6000; ulimit -c 0; kill -SEGV $$`;
}

function memoryInMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Hundredths of a second that all threads of a process have used. */
function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Asks again and again until all starts are made: the last answer, and what was seen on the way. */
async function crashThemAll(): Promise<{ status: Status; growth: number; longestAnswer: number }> {
  const deadline = performance.now() + DEADLINE_MS;
  let [memoryAtHalf, longestAnswer] = [0, 0];
  for (;;) {
    const asked = performance.now();
    const status = await world.status();
    longestAnswer = Math.max(longestAnswer, (performance.now() - asked) / 1000);
    const memory = memoryInMiB(status.pid ?? 0);
    if (memoryAtHalf === 0 && runsIn(status) >= STARTS / 2) memoryAtHalf = memory;
    if (runsIn(status) >= STARTS) return { status, growth: memory - memoryAtHalf, longestAnswer };
    if (performance.now() > deadline) throw new Error(`only ${runsIn(status)} of ${STARTS} starts`);
    await pause(100);
  }
}

/** Waits for a span without any work, since V8 tidies its memory a while after much of it; fails if none comes. */
async function becomesIdle(pid: number): Promise<void> {
  for (let tries = 0; tries < 12; tries += 1) {
    const before = cpuOf(pid);
    await pause(IDLE_S * 1000);
    if (cpuOf(pid) === before) return;
  }
  throw new Error('the daemon never stopped working');
}

describe.skipIf(process.platform !== 'linux')('many jobs that crash again and again', () => {
  it('are each started again every time, once; without a leak, and with nothing to do afterwards', {
    timeout: DEADLINE_MS + 300_000,
  }, async () => {
    for (const label of labels)
      world.plist(label, {
        ProgramArguments: shell(crasher(label)),
        KeepAlive: dict([['Crashed', true]]),
        ThrottleInterval: 1,
      });
    const folder = join(world.folder, 'plists');
    expect(await world.launchctl('bootstrap', world.gui, folder)).toMatchObject({ code: 0, stderr: '' });
    const { growth, longestAnswer } = await crashThemAll();
    await becomesIdle((await world.status()).pid ?? 0);

    // Nothing more has come meanwhile, and every process that was ever started has told of itself.
    const { services } = await world.status();
    const wanted = labels.map((label) => [label, RESTARTS + 1, RESTARTS + 1, 'running']);
    const seen = new Map(
      services.map(({ label, runs, state }) => [label, [label, runs, linesOf(label), state]]),
    );
    expect(labels.map((label) => seen.get(label))).toEqual(wanted);
    expect(growth).toBeLessThan(MOST_GROWTH_MIB);
    expect(longestAnswer).toBeLessThan(LONGEST_ANSWER_S);

    const lines = sum(labels.map(linesOf));
    record('crashes', {
      jobs: JOBS,
      'crashes, restarts expected': JOBS * RESTARTS,
      'restarts counted by launchd': sum(services.map(({ runs }) => runs)) - JOBS,
      'told by the processes themselves': lines - JOBS,
      missed: sum(labels.map((label) => Math.max(0, RESTARTS + 1 - linesOf(label)))),
      double: sum(labels.map((label) => Math.max(0, linesOf(label) - RESTARTS - 1))),
      'memory from the half to the end': `grew by less than ${MOST_GROWTH_MIB} MiB`,
      'launchctl meanwhile': `answered within ${LONGEST_ANSWER_S} s`,
      'CPU afterwards': `none in ${IDLE_S} s`,
    });
  });
});
