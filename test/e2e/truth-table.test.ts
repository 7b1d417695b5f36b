import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { alive, openWorld, shell } from '../support/embedded-world.ts';
import { drawTables, ENDS, type Form, truthTable } from '../support/truth-table.ts';

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 120_000, interval: 100 };

/** The Status column of `list` after each end. */
const STATUS: Readonly<Record<string, string>> = {
  'exit 0': '0',
  'exit 1': '1',
  SIGTERM: '-15',
  SIGKILL: '-9',
  SIGSEGV: '-11',
  SIGABRT: '-6',
};

const LOADED = 'org.example.loaded';
const RUNNING = 'org.example.running';
const WITNESS = 'org.example.witness';

interface Trial {
  readonly form: Form;
  readonly end: string;
  readonly label: string;
  /** Every start writes its pid there. */
  readonly runs: string;
}

const pidsIn = (path: string): readonly number[] =>
  readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number);

/** One job for each form and end: its first run ends so, the second one stays. */
function prepare(forms: readonly Form[], plists: string): readonly Trial[] {
  return forms.flatMap((form, row) =>
    Object.entries(ENDS).map(([end, command], column) => {
      const label = `org.example.form-${row}-${column}`;
      const runs = join(world.folder, `${label}.runs`);
      const script = `again=; [ -e '${runs}' ] && again=yes; echo $$ >> '${runs}'; [ "$again" ] && exec sleep 600; ulimit -c 0; ${command}`;
      world.plist(
        label,
        { ProgramArguments: shell(script), RunAtLoad: true, ThrottleInterval: 1, ...form.keys },
        plists,
      );
      return { form, end, label, runs };
    }),
  );
}

describe('the truth table of KeepAlive', () => {
  it('holds with real processes', { timeout: 300_000 }, async () => {
    const things = join(world.folder, 'things');
    mkdirSync(things);
    const existingPath = join(things, 'there');
    writeFileSync(existingPath, '');
    const forms = truthTable({
      existingPath,
      missingPath: join(things, 'missing'),
      loaded: LOADED,
      running: RUNNING,
    });
    await world.load(LOADED, { ProgramArguments: shell('exit 0') });
    await world.load(RUNNING, { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    const plists = join(world.folder, 'table');
    const trials = prepare(forms, plists);
    expect(await world.launchctl('bootstrap', world.gui, plists)).toMatchObject({ code: 0, stderr: '' });
    for (const { label } of trials.filter(({ form }) => form.onDemand))
      await world.launchctl('kickstart', `${world.gui}/${label}`);

    // Each has ended once, and either runs again or does not.
    await vi.waitFor(async () => {
      const { services } = await world.status();
      const states = new Map(services.map(({ label, state, runs }) => [label, `${runs} ${state}`]));
      const open = trials.filter(
        ({ label }) => !['1 not running', '2 running'].includes(states.get(label) ?? ''),
      );
      expect(open.map(({ label }) => label)).toEqual([]);
    }, soon);
    // And has had the time to start again: a job that came last, with the same throttle, was started a third time.
    await world.load(WITNESS, { ProgramArguments: shell('exit 0'), KeepAlive: true, ThrottleInterval: 1 });
    await vi.waitFor(
      async () => expect(Number(await world.field(WITNESS, 'runs'))).toBeGreaterThanOrEqual(3),
      soon,
    );

    const { stdout } = await world.launchctl('list');
    const status = new Map(stdout.split('\n').map((line) => [line.split('\t')[2], line.split('\t')[1]]));
    const seen = forms.map((form) =>
      trials
        .filter((trial) => trial.form === form)
        .map(({ label, end, runs }) => {
          const [first = 0, second, ...more] = pidsIn(runs);
          expect([label, alive(first), status.get(label), more]).toEqual([label, false, STATUS[end], []]);
          if (second !== undefined) expect([label, alive(second)]).toEqual([label, true]);
          return second === undefined ? '-' : '+';
        })
        .join(''),
    );
    const tables = drawTables(forms, seen);
    expect(seen, tables).toEqual(forms.map(({ row }) => row));
    await expect(page(tables)).toMatchFileSnapshot('../../docs/truth-table.md');
  });
});

function page(tables: string): string {
  return `# Which end starts a job again: expected, and seen

\`npm run truth-table\` tries it on your machine in less than a minute, prints this table with what it has seen there, and how
long the waits of the throttle and of ExitTimeOut were; \`npm test\` holds this page to it.

_Expected_ is what Apple's manual and launchd-842, the last open source, say; it stands in \`test/support/truth-table.ts\` and was
written without a look at the code that decides. _Seen_ comes from the embedded launchd and ${Object.keys(ENDS).length} real processes for each line: the
first run of each ends so, and what counts is whether a second process then lives after more than its ThrottleInterval.
SIGSEGV and SIGABRT stand for every crash; members of a KeepAlive dictionary are alternatives: one that holds is enough.

\`\`\`text
${tables}
\`\`\`

- \`SuccessfulExit: true\` starts again after success **only**. Who wants a restart on failure writes \`SuccessfulExit: false\`.
- \`Crashed: false\` starts again what did _not_ crash: a job that exits with 0 runs for ever.
- \`kill PID\` (SIGTERM) is a failure, not a crash: \`SuccessfulExit: false\` brings the job back, \`Crashed: true\` does not.
`;
}
