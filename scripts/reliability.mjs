// Tries to break apply, as the tests do and more, and writes what it counted to docs/reliability.md. Takes some ten minutes.
// The tests count, this script only adds up: with RECONCILE_RELIABILITY set they try more, and leave their counts there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reconcile-reliability-'));
/** The first three are alone: one fills the machine, one kills at moments that it has measured before, one measures. */
const RUNS = [
  ['test/e2e/embedded-many.test.ts'],
  ['test/e2e/kill-command.test.ts'],
  ['test/e2e/watch-at-rest.test.ts'],
  [
    'test/e2e/kill-anywhere.test.ts',
    'test/apply/faults.test.ts',
    'test/apply/disk.test.ts',
    'test/e2e/scenarios-hangs.test.ts',
    'test/e2e/scenarios-together.test.ts',
    'test/e2e/scenarios-converge.test.ts',
    'test/properties/bad-files.test.ts',
  ],
];

try {
  for (const tests of RUNS) {
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--testTimeout=900000', ...tests],
      { cwd: root, env: { ...process.env, RECONCILE_RELIABILITY: folder }, stdio: 'inherit' },
    );
    if (status !== 0)
      throw new Error('Something was lost, touched or left half done: see above. The page stays as it was.');
  }
  const path = join(root, 'docs/reliability.md');
  writeFileSync(path, page());
  // The tables get even columns, as everything here has.
  spawnSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', path], {
    cwd: root,
    stdio: 'ignore',
  });
  console.log('docs/reliability.md is written.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rows(name) {
  const path = join(folder, `${name}.jsonl`);
  if (!existsSync(path)) throw new Error(`No test has counted ${name}.`);
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Rows that agree in all texts become one, their numbers added; `same` are numbers that are not added. */
function sum(all, same = []) {
  const groups = new Map();
  for (const row of all) {
    const isKey = ([name, value]) => typeof value === 'string' || same.includes(name);
    const key = JSON.stringify(Object.entries(row).filter(isKey));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...row });
    else for (const [name, value] of Object.entries(row)) if (!isKey([name, value])) group[name] += value;
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function table(all) {
  const names = Object.keys(all[0]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = names.map((name) => (typeof all[0][name] === 'number' ? '---:' : '---'));
  return [line(names), line(rule), ...all.map((row) => line(names.map((name) => row[name] ?? '–')))].join(
    '\n',
  );
}

function total(all, name) {
  return all.reduce((count, row) => count + (row[name] ?? 0), 0);
}

function page() {
  const [kills, disks, files] = [sum(rows('kills')), sum(rows('disks')), sum(rows('files'))];
  const [hangs, together, walk] = ['hangs', 'concurrent', 'walk'].map((name) => sum(rows(name)));
  const [crashes, rest] = [rows('crashes'), rows('rest')];
  const faults = sum(rows('faults'), ['faults']).map(({ change, verb, faults, ...counts }) => ({
    change,
    verb,
    'kinds of fault': faults,
    tried: total([counts], 'applied') + total([counts], 'failed') + total([counts], 'rolled-back'),
    ...counts,
  }));
  const applied = files.filter((row) => 'others touched' in row);
  const tried = [kills, faults, hangs, disks, applied].reduce((all, rows) => all + total(rows, 'tried'), 0);
  const lost = [
    ...[kills, disks].map((rows) => total(rows, 'tried') - total(rows, 'converged')),
    total(faults, 'not as said'),
    total(hangs, 'lost'),
    total(together, 'mixed'),
    total(walk, 'left to do'),
  ].reduce((a, b) => a + b);
  const touched = [hangs, files, together].reduce((all, rows) => all + total(rows, 'others touched'), 0);
  return `# Reliability: what was tried, and what came of it

Written by \`npm run reliability\`, which anyone can run, in some ten minutes, on any Linux with Node; nothing of the
machine is touched but temporary folders. It runs tests of this repository with more cases than \`npm test\` does. Each case
compares the end state: plists byte for byte with their modes, what launchd holds and runs, what is disabled, ledger and
journal. A case in which anything is lost, half done, or touched that is not ours fails the run, and then this page is not
written. Every number is counted by the run; there are no times in it and the random cases are always the same, so two runs
of one version write the same page. What mutated files do to all that reads them is tried by \`npm run fuzz\`: [fuzzing.md](fuzzing.md).

**${tried} disturbances: ${lost} with anything lost or half done, ${touched} with anything touched that is not ours.**

## Killed

\`kill -9\` in an apply with three creates, three updates and three deletes. Then \`plan\`, which must change nothing, and
\`apply\`, after which all must be as after an undisturbed run, and nothing left to do.

${table(kills)}

## launchctl that fails

One fault at each call of launchctl in a change, once instead of the effect and once after it: every exit code that launchctl
knows and one that it does not, an answer that does not come, death by a signal, garbage, half an answer. Applied means: as
asked for. Failed or rolled back: as before, byte for byte. Not as said: anything else. Beside it stands a job of somebody else, which nothing may happen to.
A refused \`kickstart\` is told, and not taken back: the job is loaded. What \`disable\` says it did is believed until the next plan.

${table(faults)}

The built command, with a launchctl program that hangs, babbles, stops in the middle or dies, for all calls of a verb:

${table(hangs)}

## A disk that refuses

Each call that changes the file system, in turn, in the apply of above; then a second apply without the fault.

${table(disks)}

## Files that are damaged

Refused means: said where and why, and nothing was changed. The declarations are only read, and do not count above.

${table(files)}

## Applies at once

Built commands that want different things of the same jobs. Mixed would be: some jobs as one wants, some as another.

${table(together)}

## Any state, any declaration

A walk: in each step jobs are booted out, disabled, edited, damaged, removed, stopped or loaded from something else, or the
ledger is lost; then another declaration is applied, and planned again.

${table(walk)}

## Hundreds of jobs that crash, on the embedded launchd

Real processes that end with SIGSEGV right after they have written a line, started again under a ThrottleInterval of 1 s until
each job has crashed as often as it should. Then the lines, the runs that launchd counted and what was expected must agree.
Afterwards all jobs run, and the daemon has nothing to do.

${table(crashes)}

## The loop at rest

\`watch\` while nothing differs, with as short an interval as can be: how often it asks launchd, the time of its own process (not
that of launchctl) for as many rounds as fit into ten seconds each, and its memory. Plists that are unchanged are not read again.

${table(rest)}
`;
}
