import { expect } from 'vitest';
import type { PlistValue } from '../../../src/model/plist.ts';
import {
  letPass,
  listing,
  load,
  loadRunning,
  map,
  printed,
  printedWhen,
  SILENT,
  target,
  whenRunning,
} from '../judge.ts';
import type { Ending, Job, Port, Scenario } from '../port.ts';
import type { QuestionId } from '../questions.ts';
import { settle } from '../settle.ts';

const ENDINGS: readonly (readonly [string, Ending])[] = [
  ['exit-0', { code: 0 }],
  ['exit-1', { code: 1 }],
  ['term', { signal: 'SIGTERM' }],
  ['kill', { signal: 'SIGKILL' }],
  ['segv', { signal: 'SIGSEGV' }],
  ['abrt', { signal: 'SIGABRT' }],
];

interface Row {
  readonly words: string;
  /** For labels. */
  readonly name: string;
  /** Undefined: the key is absent. */
  readonly keepAlive: (world: World) => PlistValue | undefined;
  /** After exit 0, exit 1, TERM, KILL, SEGV, ABRT. */
  readonly restarts: string;
  readonly where?: (port: Port) => boolean;
}

interface World {
  readonly there: string;
  readonly missing: string;
  readonly loaded: string;
  readonly unloaded: string;
}

/** facts §2.5, row by row; y: started again, -: stays down. */
const TABLE: readonly Row[] = [
  row('absent', 'absent', '------', () => undefined),
  row('false', 'false', '------', () => false),
  row('{}', 'empty', '------', () => map({})),
  row('true', 'true', 'yyyyyy', () => true),
  row('{SuccessfulExit: true}', 's1', 'y-----', () => map({ SuccessfulExit: true })),
  row('{SuccessfulExit: false}', 's0', '-yyyyy', () => map({ SuccessfulExit: false })),
  row('{Crashed: true}', 'c1', '----yy', () => map({ Crashed: true })),
  row('{Crashed: false}', 'c0', 'yyyy--', () => map({ Crashed: false })),
  row('both true', 's1c1', 'y---yy', () => map({ SuccessfulExit: true, Crashed: true })),
  row('{SuccessfulExit: true, Crashed: false}', 's1c0', 'yyyy--', () =>
    map({ SuccessfulExit: true, Crashed: false }),
  ),
  row('{SuccessfulExit: false, Crashed: true}', 's0c1', '-yyyyy', () =>
    map({ SuccessfulExit: false, Crashed: true }),
  ),
  row('both false', 's0c0', 'yyyyyy', () => map({ SuccessfulExit: false, Crashed: false })),
  {
    ...row('a path that is there', 'path-there', 'yyyyyy', ({ there }) =>
      map({ PathState: map({ [there]: true }) }),
    ),
    where: ({ processes }) => processes === 'real',
  },
  row('a path that is missing', 'path-missing', '------', ({ missing }) =>
    map({ PathState: map({ [missing]: true }) }),
  ),
  row('a path that is to be missing', 'path-not', 'yyyyyy', ({ missing }) =>
    map({ PathState: map({ [missing]: false }) }),
  ),
  row('a loaded job', 'job-loaded', 'yyyyyy', ({ loaded }) =>
    map({ OtherJobEnabled: map({ [loaded]: true }) }),
  ),
  row('a job that is not loaded', 'job-unloaded', '------', ({ unloaded }) =>
    map({ OtherJobEnabled: map({ [unloaded]: true }) }),
  ),
  // "any dict + SuccessfulExit false": the conditions are alternatives.
  row('a missing path, or failure', 'path-or-s0', '-yyyyy', ({ missing }) =>
    map({ PathState: map({ [missing]: true }), SuccessfulExit: false }),
  ),
  row('a loaded job, or failure', 'job-or-s0', 'yyyyyy', ({ loaded }) =>
    map({ OtherJobEnabled: map({ [loaded]: true }), SuccessfulExit: false }),
  ),
];

/** facts §2.3: whether loading alone starts it. `?`: uncertain on a Mac; ours does not. */
const AT_LOAD: readonly (readonly [
  string,
  (world: World) => Readonly<Record<string, PlistValue>>,
  'y' | '-' | '?',
])[] = [
  ['nothing', () => ({}), '-'],
  ['run-at-load', () => ({ RunAtLoad: true }), 'y'],
  ['run-at-load-false', () => ({ RunAtLoad: false }), '-'],
  ['true', () => ({ KeepAlive: true }), 'y'],
  ['false', () => ({ KeepAlive: false }), '-'],
  ['s1', () => ({ KeepAlive: map({ SuccessfulExit: true }) }), 'y'],
  ['s0', () => ({ KeepAlive: map({ SuccessfulExit: false }) }), 'y'],
  ['c1', () => ({ KeepAlive: map({ Crashed: true }) }), 'y'],
  ['c0', () => ({ KeepAlive: map({ Crashed: false }) }), 'y'],
  ['path-not', ({ missing }) => ({ KeepAlive: map({ PathState: map({ [missing]: false }) }) }), 'y'],
  ['job-loaded', ({ loaded }) => ({ KeepAlive: map({ OtherJobEnabled: map({ [loaded]: true }) }) }), 'y'],
  ['empty', () => ({ KeepAlive: map({}) }), '?'],
  ['path-missing', ({ missing }) => ({ KeepAlive: map({ PathState: map({ [missing]: true }) }) }), '?'],
  [
    'job-unloaded',
    ({ unloaded }) => ({ KeepAlive: map({ OtherJobEnabled: map({ [unloaded]: true }) }) }),
    '?',
  ],
  ['demand', () => ({ KeepAlive: map({ AfterInitialDemand: true }), RunAtLoad: true }), '?'],
];

/** Those with a question mark. */
const OPEN_AT_LOAD: Readonly<Record<string, QuestionId>> = {
  empty: 'at-load-empty',
  'path-missing': 'at-load-path-missing',
  'job-unloaded': 'at-load-job-unloaded',
  demand: 'at-load-demand',
};

export const KEEP_ALIVE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the truth table: every form × exit 0, exit 1, TERM, KILL, SEGV, ABRT (facts §2.5)',
    async run(port) {
      const world = await makeWorld(port, 'table');
      const cells = TABLE.filter(({ where }) => where?.(port) ?? true).flatMap((one) =>
        ENDINGS.map(([ending, how], column) => ({
          row: one,
          again: one.restarts[column] === 'y',
          job: port.job(
            `table-${one.name}-${ending}`,
            { kind: 'ends', how, firstRunOnly: true },
            keysOf(one.keepAlive(world)),
          ),
        })),
      );
      await load(port, ...cells.map(({ job }) => job));
      await port.wait('every first run to end, and those that are to come back to be there', async () => {
        const { services } = await listing(port, port.gui);
        const settled = cells.every(({ job, again }) => {
          const service = services[job.label];
          return service !== undefined && service.lastExit !== '-' && (!again || service.pid !== null);
        });
        return settled ? true : null;
      });
      // Those that are to stay down have had the time to come back.
      await letPass(port, 'table', 3);
      const { services } = await listing(port, port.gui);
      const seen = new Map<Row, string>();
      for (const { row: one, job } of cells) {
        const starts = (await port.starts(job)).length;
        const runs = services[job.label]?.pid !== null;
        const mark = starts === 2 && runs ? 'y' : starts === 1 && !runs ? '-' : '?';
        seen.set(one, (seen.get(one) ?? '') + mark);
      }
      expect(table([...seen])).toEqual(table([...seen.keys()].map((one) => [one, one.restarts])));
      // One of each row speaks for the words: the count, and the state of what stays down.
      for (const { again, job } of cells.filter((_, index) => index % ENDINGS.length === 1)) {
        const { state, runs } = await printed(port, job);
        expect({ state, runs }).toEqual(
          again ? { state: 'running', runs: 2 } : { state: 'not running', runs: 1 },
        );
      }
    },
  },
  {
    name: 'what starts a job when it is loaded (facts §2.3)',
    async run(port) {
      const world = await makeWorld(port, 'at-load');
      const cells = AT_LOAD.map(([name, keys, starts]) => ({
        name,
        starts,
        job: port.job(`at-load-${name}`, { kind: 'runs' }, { ...keys(world), ThrottleInterval: 1 }),
      }));
      await load(port, ...cells.map(({ job }) => job));
      await port.wait('those that are to start', async () => {
        const { services } = await listing(port, port.gui);
        return cells.every(({ starts, job }) => starts !== 'y' || services[job.label]?.pid) ? true : null;
      });
      await letPass(port, 'at-load', 2);
      const seen: Record<string, string> = {};
      const expected: Record<string, string> = {};
      for (const { name, starts, job } of cells) {
        seen[name] = (await port.starts(job)).length === 0 ? '-' : 'y';
        const question = OPEN_AT_LOAD[name];
        if (question !== undefined) settle(port, question, seen[name] === 'y' ? 'starts' : 'does not start');
        const open = starts === '?' ? (port.launchd === 'apple' ? seen[name] : '-') : starts;
        expected[name] = open ?? '';
      }
      expect(seen).toEqual(expected);
    },
  },
  {
    name: 'a restart by KeepAlive true is called inefficient, one by SuccessfulExit or Crashed semaphore (facts §4.1)',
    async run(port) {
      const plain = port.job('reason-true', { kind: 'runs' }, { KeepAlive: true, ThrottleInterval: 1 });
      const semaphore = port.job(
        'reason-semaphore',
        { kind: 'runs' },
        { KeepAlive: map({ SuccessfulExit: false }), ThrottleInterval: 1 },
      );
      for (const [job, reason] of [
        [plain, 'inefficient'],
        [semaphore, 'semaphore'],
      ] as const) {
        const { lines } = await loadRunning(port, job);
        expect(lines).toContain('immediate reason = speculative');
        // Trap 4: a plain SIGTERM is a failure, and brings it back.
        expect(await port.call('kill', 'SIGTERM', target(port, job))).toEqual(SILENT);
        const again = await whenRunning(port, job, 2);
        expect(again.lines).toContain(`immediate reason = ${reason}`);
        expect(again.lines).toContain('last terminating signal = Terminated: 15');
      }
    },
  },
  {
    name: 'a job that depends on another starts when that one is loaded (facts §1, §2.2)',
    async run(port) {
      const other = port.job('awaited', { kind: 'runs' });
      const job = port.job(
        'awaits',
        { kind: 'runs' },
        { KeepAlive: map({ OtherJobEnabled: map({ [other.label]: true }) }), ThrottleInterval: 1 },
      );
      await load(port, job);
      await load(port, other);
      await printedWhen(port, job, 'its start', ({ state }) => state === 'running');
    },
  },
];

function row(words: string, name: string, restarts: string, keepAlive: Row['keepAlive']): Row {
  return { words, name, restarts, keepAlive };
}

/** RunAtLoad, so that forms without a start of their own have a first run. */
function keysOf(keepAlive: PlistValue | undefined): Readonly<Record<string, PlistValue>> {
  return {
    RunAtLoad: true,
    ThrottleInterval: 1,
    ...(keepAlive === undefined ? {} : { KeepAlive: keepAlive }),
  };
}

async function makeWorld(port: Port, name: string): Promise<World> {
  const loaded: Job = port.job(`${name}-neighbour`, { kind: 'runs' });
  const unloaded: Job = port.job(`${name}-stranger`, { kind: 'runs' });
  await load(port, loaded);
  return {
    there: port.write(`${name}.there`, ''),
    missing: port.nowhere(`${name}.missing`),
    loaded: loaded.label,
    unloaded: unloaded.label,
  };
}

/** Readable when it differs. */
function table(rows: readonly (readonly [Row, string])[]): readonly string[] {
  return [
    'exit 0, exit 1, TERM, KILL, SEGV, ABRT',
    ...rows.map(([{ words }, marks]) => `${marks}  ${words}`),
  ];
}
