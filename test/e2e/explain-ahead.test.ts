import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { signalByNumber } from '../../src/launchd/signals.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import type { Script, ScriptedRun } from '../../src/simulate/script.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { GUI, NOON, scriptOf } from '../simulate/support.ts';
import { jobPlist, openWorld, shell } from '../support/embedded-world.ts';
import { CLI, createWorld, execute, until } from '../support/private-home.ts';

/** The daemon with real processes, and the same engine on a virtual clock: the same ends must lead to the same starts. */

const daemon = openWorld();
afterAll(() => daemon.close());

const DOCS = join(import.meta.dirname, '../../docs');

const THROTTLE = 2;

const POLICIES: readonly (readonly [name: string, keepAlive: PlistValue | null])[] = [
  ['never', null],
  ['always', true],
  ['on-failure', dict([['SuccessfulExit', false]])],
  ['on-success', dict([['SuccessfulExit', true]])],
  ['on-crash', dict([['Crashed', true]])],
  ['unless-crash', dict([['Crashed', false]])],
];

const ENDS = ['1,1,segv,0', '0,0,1', 'segv,0,hang', 'term,kill,abrt,0'];

/** Runs that are waited for when a job goes on for ever. */
const ENOUGH = 5;

interface Line {
  readonly at: number;
  readonly text: string;
}

const withoutPid = (text: string): string => text.replace(/ pid \d+$/, ' pid');

/** What the engine logged of one job, without pids. */
function linesOf(label: string): readonly Line[] {
  const prefix = ` ${daemon.gui}/${label}: `;
  return readFileSync(join(daemon.root, 'run/launchd.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(prefix))
    .map((line) => {
      const at = line.indexOf(prefix);
      return { at: Date.parse(line.slice(0, at)), text: withoutPid(line.slice(at + prefix.length)) };
    })
    .filter(({ text }) => isOfTheEngine(text));
}

const isOfTheEngine = (text: string): boolean => /^(?:starting|started|ended|pushing)/.test(text);

/** A start counts from when its process is made, which a busy machine may put off. */
const MADE = 'started with pid';

/** A job whose runs end as the script says, counted in a file. */
function program(script: Script, file: string): readonly string[] {
  const cases = script.map((run, index) => `${index}) ${command(run)};;`).join(' ');
  const last = script.at(-1);
  return shell(
    `n=$(cat '${file}' 2>/dev/null || echo 0); echo $((n + 1)) > '${file}'; case $n in ${cases} *) ${last === undefined ? '' : command(last)};; esac`,
  );
}

function command({ exit }: ScriptedRun): string {
  if (exit === null) return 'exec sleep 600';
  return 'code' in exit
    ? `sleep 0.1; exit ${exit.code}`
    : `sleep 0.1; kill -${signalByNumber(exit.signal)?.name.slice(3)} $$`;
}

/** How long each run took, from the log, in the script's place. */
function measured(script: Script, lines: readonly Line[]): Script {
  const starts = lines.filter(({ text }) => text.startsWith(MADE));
  const ends = lines.filter(({ text }) => text.startsWith('ended'));
  const runs = starts.map(({ at }, index): ScriptedRun => {
    const { exit = null } = script[index] ?? script.at(-1) ?? {};
    return { exit, afterMs: (ends[index]?.at ?? at) - at };
  });
  const [first = script[0], ...others] = runs;
  return [first, ...others];
}

describe('the timeline and the daemon', () => {
  it.concurrent.each(ENDS)('%s: the same starts, waits and ends under every policy', async (ends) => {
    const script = scriptOf(ends);
    await Promise.all(
      POLICIES.map(async ([policy, keepAlive]) => {
        const label = `org.example.${policy}.${ends.replaceAll(',', '-')}`;
        const keys = {
          ProgramArguments: program(script, join(daemon.folder, `${label}.count`)),
          RunAtLoad: true,
          ThrottleInterval: THROTTLE,
          ...(keepAlive === null ? {} : { KeepAlive: keepAlive }),
        };
        const plist = jobPlist(label, keys);
        const foreseen = simulate({
          plist,
          domain: GUI,
          script,
          forMs: ENOUGH * THROTTLE * 1000,
          wall: NOON,
        });
        const starts = foreseen.events.filter(({ kind }) => kind === 'start').length;
        const last = foreseen.events.at(-1)?.kind;
        await daemon.load(label, keys);
        // The decision falls with the end itself, so what was logged with it is all that will be.
        const lines = await until(
          `${policy} after ${ends}`,
          () => {
            const seen = linesOf(label);
            const count = (word: string) => seen.filter(({ text }) => text.startsWith(word)).length;
            const ended = last === 'start' || count('ended') >= starts;
            return count(MADE) >= starts && ended ? seen : undefined;
          },
          60_000,
        );

        // What took longer here takes as long there.
        const log: Line[] = [];
        const again = measured(script, lines);
        const { events } = simulate({
          plist,
          domain: GUI,
          script: again,
          forMs: 3_600_000,
          wall: NOON,
          log: (line) => void log.push({ at: 0, text: withoutPid(line.slice(line.indexOf(': ') + 2)) }),
        });
        const played = log.map(({ text }) => text).filter(isOfTheEngine);
        expect(lines.map(({ text }) => text)).toEqual(played.slice(0, lines.length));
        if (last === 'down') expect(played).toHaveLength(lines.length);
        if (last === 'down') expect(await daemon.field(label, 'state')).toBe('not running');

        const virtual = events.filter(({ kind }) => kind === 'start').map(({ at }) => at);
        const real = lines.filter(({ text }) => text.startsWith(MADE)).map(({ at }) => at);
        for (const [index, at] of real.slice(1).entries()) {
          const gap = at - (real[index] ?? 0);
          const foreseenGap = (virtual[index + 1] ?? 0) - (virtual[index] ?? 0);
          // Never sooner; later only by what a busy machine makes of a timer.
          expect(gap).toBeGreaterThanOrEqual(foreseenGap - 20);
          expect(gap).toBeLessThan(foreseenGap + 30_000);
        }
      }),
    );
  });
});

describe('reconcile explain NAME --exits', () => {
  const world = createWorld();
  afterAll(() => world.end());
  const examples = join(import.meta.dirname, '../../examples');
  const gateway = ['explain', 'gateway', '-f', join(examples, 'openclaw/reconcile.yaml')];

  it('draws, judges, and starts nothing', async () => {
    const { code, stdout, stderr } = await world.reconcile(...gateway, '--exits', '0,1', '--for', '1m');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('on-success, throttle 5 s');
    expect(stdout).toContain('Stays down from 6 s on, after run 2 (exit 1)');
    expect((await world.reconcile('embedded', 'status')).stdout).toMatch(/not running|does not run/);
  });

  it('tells every event with --json', async () => {
    const seen = await world.json(...gateway, '--exits', 'segv', '--compare', 'on-crash', '--for', '12s');
    expect(seen).toMatchObject({
      exit_code: 0,
      kind: 'job',
      instance: 'gateway',
      throttle: 5,
      for: 12,
      runs: [{ exit: { signal: 11, name: 'SIGSEGV' }, after: 1 }],
      svg: null,
      timelines: [
        { declared: true, policy: 'on-success', starts: 1, end: 'down' },
        {
          declared: false,
          policy: 'on-crash',
          keep_alive: { Crashed: true },
          starts: 3,
          up: 3,
          end: 'waiting',
          events: [
            { at: 0, kind: 'start', run: 1, reason: 'speculative' },
            { at: 1, kind: 'exit', run: 1, exit: { signal: 11, name: 'SIGSEGV' } },
            { at: 1, kind: 'wait', run: 2, until: 5 },
            { at: 5, kind: 'start', run: 2, reason: 'semaphore' },
            {},
            {},
            { at: 10, kind: 'start', run: 3 },
            {},
            { at: 11, kind: 'wait', run: 4, until: 15 },
          ],
        },
      ],
    });
  });

  const drawings = [
    ...readFileSync(join(DOCS, 'guide.md'), 'utf8').matchAll(
      /^(reconcile explain (?:.*\\\n)*.* --svg) (\S+)$[\s\S]*?\((timeline-\S+\.svg)\)/gm,
    ),
  ].map(([, command = '', file = '', drawing = '']) => [drawing, command, file] as const);

  it('has its drawings in the guide', () => {
    expect(drawings.map(([drawing]) => drawing)).toEqual(['timeline-openclaw.svg', 'timeline-lima.svg']);
  });

  it.each(drawings)('draws %s as the guide says', async (drawing, command, file) => {
    const drawn = readFileSync(join(DOCS, drawing), 'utf8');
    const run = (words: string) =>
      execute(
        '/bin/sh',
        ['-c', words.replace('reconcile', `'${process.execPath}' '${CLI}'`)],
        world.env,
        DOCS,
      );
    expect((await run(command)).stdout).toBe(drawn);
    const path = join(world.home, file);
    const written = await run(`${command} '${path}'`);
    expect(written.stderr).toContain(path);
    expect(world.read(file)).toBe(drawn);
    const told = await run(`${command} '${path}' --json`);
    expect(JSON.parse(told.stdout)).toMatchObject({ svg: path });
  });

  it.each([
    [['--exits', '1,sgv'], 64, /--exits, character 3: `sgv`[\s\S]*Did you mean `segv`/],
    [['--for', '5 minutes'], 64, /--for: `5 minutes` is not a duration/],
    [['--from', '2026-02-30'], 64, /--from: `2026-02-30` is no date/],
    [['--compare', 'allways'], 65, /--compare:5:14[\s\S]*Did you mean `always`/],
    [['--compare', '{Crash: true}'], 65, /KeepAlive has no member Crash/],
    [['--compare', ''], 64, /no policy is named/],
    [['--svg', '--json'], 64, /cannot both go/],
    [['--svg', '/no/such/folder/x.svg'], 1, /\/no\/such\/folder\/x\.svg/],
  ])('refuses %j, and says why', async (args, code, words) => {
    const ended = await world.reconcile(...gateway, ...args);
    expect(ended.code).toBe(code);
    expect(`${ended.stdout}${ended.stderr}`).toMatch(words);
  });

  it('looks at a schedule for some of its times, in local time', async () => {
    const yaml = join(examples, 'dotfiles/reconcile.yaml');
    const args = ['explain', 'clean-downloads', '-f', yaml, '--from', '2026-03-28 12:00', '--json'];
    const { stdout } = await execute(
      process.execPath,
      [CLI, ...args],
      { ...world.env, TZ: 'Europe/Berlin' },
      world.home,
    );
    const { from, for: seconds, timelines } = JSON.parse(stdout);
    expect([from, seconds]).toEqual(['2026-03-28T11:00:00.000Z', 6 * 86_400]);
    const starts = timelines[0].events.filter(({ kind }: { kind: string }) => kind === 'start');
    // 03:30 of the next day is an hour nearer than it looks: clocks go forward before.
    expect(starts.slice(0, 2).map(({ at }: { at: number }) => at / 3600)).toEqual([14.5, 38.5]);
    expect(starts).toHaveLength(6);
  });

  it('is about jobs alone', async () => {
    const { code, stderr } = await world.reconcile('explain', '5', ...gateway.slice(2), '--exits', '1');
    expect(code).toBe(64);
    expect(stderr).toContain('No job is called "5"');
  });
});
