// Tries every form of KeepAlive against every end with real processes, and the waits of the throttle and of ExitTimeOut; prints
// what is expected beside what was seen. The tests look; this script only prints.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reconcile-truth-table-'));

try {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--project', 'e2e', '-t', 'truth table|throttle|ignores SIGTERM'],
      ...['truth-table', 'embedded-policies', 'embedded-processes'].map((name) => `test/e2e/${name}.test.ts`),
    ],
    { cwd: root, env: { ...process.env, RECONCILE_RELIABILITY: folder }, encoding: 'utf8' },
  );
  if (status === 0) {
    console.log(drawn());
    console.log(`\n${waits()}\n\nEverything was seen as expected.`);
  } else {
    console.error(`${stdout}${stderr}\nSomething was not seen as expected: see above.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The page holds what was seen: the test has just compared it. */
function drawn() {
  return /^```text\n([\s\S]*?)\n```$/m.exec(readFileSync(join(root, 'docs/truth-table.md'), 'utf8'))[1];
}

function waits() {
  const rows = readFileSync(join(folder, 'observations.jsonl'), 'utf8').trim().split('\n');
  const cells = [
    ['', 'expected', 'seen'],
    ...rows.map((row) => JSON.parse(row)).map(({ what, expected, seen }) => [what, expected, seen]),
  ];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column].length)) + 2);
  return cells
    .map(([what, expected, seen]) => what.padEnd(widths[0]) + expected.padEnd(widths[1]) + seen)
    .join('\n');
}
