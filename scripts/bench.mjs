// Whole-process times of the embedded `launchctl`, of `validate` and of a no-op `plan`, as ratios to bare `node -e 0`, run in turns so that a machine
// that slows down slows both; and the launchctl calls of the plan. Prints a Markdown table; judges nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const LAUNCHCTL = fileURLToPath(new URL('../dist/embedded/launchctl.cjs', import.meta.url));
const RUNS = Number(process.env.BENCH_RUNS ?? 15);
const SIZES = (process.env.BENCH_SIZES ?? '1,10,100,1000').split(',').map(Number);

const home = mkdtempSync(join(tmpdir(), 'reconcile-bench-'));
const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', RECONCILE_LAUNCHD: 'embedded' };

function time(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    env,
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return performance.now() - start;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function compare(args) {
  const pairs = [];
  for (let run = -1; run < RUNS; run++) {
    const bare = time(['-e', '0']);
    const whole = time(args);
    if (run >= 0) pairs.push({ whole, ratio: whole / bare });
  }
  return { ms: median(pairs.map(({ whole }) => whole)), ratio: median(pairs.map(({ ratio }) => ratio)) };
}

const row = (name, jobs, { ms, ratio }, calls = '') =>
  console.log(`| ${name} | ${jobs} | ${ms.toFixed(0)} | ${ratio.toFixed(2)} | ${calls} |`);

console.log(`Medians of ${RUNS} runs in turns with \`node -e 0\`, Node ${process.version}.\n`);
console.log('| command | jobs | ms | × node -e 0 | launchctl calls |\n|---|---:|---:|---:|---:|');
try {
  row('--version', '', compare([CLI, '--version']));
  for (const jobs of SIZES) {
    const names = Array.from({ length: jobs }, (_, index) => `job-${index}`);
    const file = join(home, `${jobs}.yaml`);
    const instances = names.map((name) => `  ${name}: { command: /bin/sleep 60, start: { at_load: false } }`);
    writeFileSync(
      file,
      `version: 1\nname: bench\nlabel_prefix: com.example.bench\ninstances:\n${instances.join('\n')}\n`,
    );
    row('validate', jobs, compare([CLI, 'validate', '-f', file]));
    time([CLI, 'apply', '-f', file, '--yes', '--take-over-stack']);
    const traced = spawnSync(process.execPath, [CLI, 'plan', '-f', file, '--verbose'], { env, cwd: home });
    const calls = traced.stderr
      .toString()
      .split('\n')
      .filter((line) => line.includes('launchctl ')).length;
    row('launchctl list', jobs, compare([LAUNCHCTL, 'list']));
    row('plan, nothing to do', jobs, compare([CLI, 'plan', '-f', file, '--detailed-exitcode']), calls);
  }
} finally {
  spawnSync(process.execPath, [CLI, 'embedded', 'stop'], { env, cwd: home });
  rmSync(home, { recursive: true, force: true });
}
