// Tries mutated plists and reconcile files on everything that reads them (test/fuzz), on every core. The same seed tries the
// same cases. Whatever fails is written to a file, to be tried alone. `--page` writes the figures to docs/fuzzing.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundle, root } from './bundle.mjs';
import { fuzzPage, rowOf, table } from './fuzz-page.mjs';

const USAGE = `npm run fuzz -- [--xml N] [--binary N] [--yaml N] [--import N] [--seed S] [--seeds FOLDER] [--out FOLDER] [--case KIND:INDEX] [--page]`;
const { values: options } = parseArgs({
  options: {
    xml: { type: 'string', default: '600000' },
    binary: { type: 'string', default: '400000' },
    yaml: { type: 'string', default: '100000' },
    import: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    out: { type: 'string', default: join(tmpdir(), 'reconcile-fuzz') },
    case: { type: 'string' },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

/** A case that takes longer hangs, on however busy a machine. Milliseconds. */
const HANGS_AFTER = 20_000;
/** A worker that needs more has no bounds. */
const HEAP_LIMIT_MB = 768;

const seed = Number(options.seed);
const folder = options.seeds === undefined ? null : resolve(options.seeds);
const parts = { worker: 'test/fuzz/worker.ts', cases: 'test/fuzz/cases.ts', seeds: 'test/fuzz/seeds.ts' };
const code = await bundle({ ...parts, judge: 'test/fuzz/judge.ts' }, 'test/fuzz');
const part = (name) => import(pathToFileURL(join(code, `${name}.mjs`)).href);
try {
  const [{ makeCase }, { seedsOf }, { judge }] = await Promise.all(['cases', 'seeds', 'judge'].map(part));
  if (options.case === undefined) await tryAll(makeCase, seedsOf);
  else tryOne(makeCase, seedsOf, judge);
} finally {
  rmSync(code, { recursive: true, force: true });
}

async function tryAll(makeCase, seedsOf) {
  const rows = [];
  let failed = 0;
  for (const kind of ['xml', 'binary', 'yaml', 'import']) {
    const count = Number(options[kind]);
    if (count === 0) continue;
    const start = performance.now();
    const workers = Math.max(1, availableParallelism());
    const results = await Promise.all(
      Array.from({ length: workers }, (_, first) => tryShare({ kind, first, step: workers, count })),
    );
    rows.push(rowOf(kind, results, performance.now() - start));
    console.log(table([rows.at(-1)]));
    for (const { index, error } of results.flatMap(({ failures }) => failures)) {
      failed += 1;
      mkdirSync(options.out, { recursive: true });
      const path = join(options.out, `${kind}-${seed}-${index}.${kind === 'yaml' ? 'yaml' : 'plist'}`);
      writeFileSync(path, makeCase(kind, seed, index, seedsOf(root, folder)));
      console.error(
        `\n${path}\n${error}\nTry it alone: npm run fuzz -- --seed ${seed} --case ${kind}:${index}`,
      );
    }
  }
  if (failed > 0) process.exitCode = 1;
  else if (options.page) {
    writeFileSync(join(root, 'docs/fuzzing.md'), fuzzPage(rows, seed));
    console.log('docs/fuzzing.md is written.');
  }
}

/** One worker, watched: it may end, hang or run out of memory. */
function tryShare({ kind, first, step, count }) {
  const current = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(join(code, 'worker.mjs'), {
    workerData: { kind, seed, first, step, count, root, folder, current },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
  });
  const lost = (error) => ({
    tried: 0,
    read: 0,
    refused: 0,
    slowest: [0, first],
    heap: 0,
    failures: [{ index: Atomics.load(current, 0), error }],
  });
  return new Promise((settle) => {
    let seen = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const index = Atomics.load(current, 0);
      if (index !== seen) [seen, since] = [index, performance.now()];
      else if (performance.now() - since > HANGS_AFTER) {
        end(lost(`It takes longer than ${HANGS_AFTER / 1000} s.`));
        void worker.terminate();
      }
    }, 500);
    const end = (result) => {
      clearInterval(watch);
      settle(result);
    };
    worker.once('message', end);
    worker.once('error', (error) => end(lost(`The worker died: ${error.stack ?? error}`)));
  });
}

function tryOne(makeCase, seedsOf, judge) {
  const [kind, index] = options.case.split(':');
  const bytes = makeCase(kind, seed, Number(index), seedsOf(root, folder));
  const start = performance.now();
  console.log(
    `${judge(kind, bytes)}, in ${(performance.now() - start).toFixed(1)} ms, ${bytes.length} bytes`,
  );
}
