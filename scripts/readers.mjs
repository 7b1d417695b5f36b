// Reads every plist of a folder with our reader, with Python's plistlib and, where it is installed, with plistutil of
// libplist; tells how many are read, why others are not, and whether the values agree, one by one. `--page` writes
// docs/readers.md. A difference that no class explains makes it fail.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, root } from './bundle.mjs';
import { readersPage, readersText } from './readers-page.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});
if (positionals.length === 0) {
  console.error('npm run readers -- FOLDER… [--list] [--page]');
  process.exit(2);
}

const code = await bundle({ compare: 'test/readers/compare.ts', read: 'src/plist/read.ts' }, 'test/readers');
try {
  const { compare } = await import(pathToFileURL(join(code, 'compare.mjs')).href);
  const { readPlist } = await import(pathToFileURL(join(code, 'read.mjs')).href);
  const files = positionals.flatMap((path) => plistsOf(resolve(path)));
  const result = count(files, compare, readPlist);
  console.log(readersText(result));
  if (options.list) for (const { file, ...what } of result.notes) console.log(file, JSON.stringify(what));
  if (result.unexplained.length > 0) {
    console.error(`Nothing explains these:\n${result.unexplained.join('\n')}`);
    process.exitCode = 1;
  } else if (options.page) {
    const path = join(root, 'docs/readers.md');
    writeFileSync(path, readersPage(result));
    // The tables get even columns, as everything here has.
    spawnSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', path], {
      cwd: root,
      stdio: 'ignore',
    });
    console.log('docs/readers.md is written.');
  }
} finally {
  rmSync(code, { recursive: true, force: true });
}

/** A file whatever its name, or the `*.plist` of a folder and below it. */
function plistsOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.plist'))
    .sort()
    .map((name) => join(path, name));
}

function count(files, compare, readPlist) {
  const result = {
    files: files.length,
    read: { xml: 0, binary: 0 },
    refused: new Map(),
    milliseconds: 0,
    readers: new Map(),
    notes: [],
    unexplained: [],
    versions: { plistlib: version('python3'), plistutil: version('plistutil') },
  };
  for (const file of files) {
    const bytes = readFileSync(file);
    const start = performance.now();
    const reading = readPlist(bytes);
    result.milliseconds += performance.now() - start;
    if (reading.ok) result.read[reading.format] += 1;
    else {
      const reason = reading.problem.message
        .replace(/"(?:[^"\\]|\\.)*"/g, '…')
        .replace(/<[a-z-]+>(?= inside)/, '<…>');
      add(result.refused, reason);
    }
  }
  for (const { path, ...answers } of answersOf(files))
    for (const [reader, answer] of Object.entries(answers)) {
      if (answer === null) continue;
      const { verdict, why } = compare(readFileSync(path), answer);
      const told = result.readers.get(reader) ?? { verdicts: new Map(), classes: new Map() };
      result.readers.set(reader, told);
      add(told.verdicts, verdict);
      if (why === '') continue;
      add(told.classes, `${verdict} | ${why}`);
      result.notes.push({ file: path, reader, verdict, why, error: answer.error });
      if (why === null) result.unexplained.push(`${path}: ${reader}, ${verdict}, ${answer.error ?? ''}`);
    }
  return result;
}

function answersOf(files) {
  if (spawnSync('python3', ['--version']).status !== 0) {
    console.error('There is no python3 here, so nothing is compared.');
    return [];
  }
  const { stdout, stderr, status } = spawnSync('python3', [join(root, 'test/readers/read_with_others.py')], {
    input: `${files.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function version(command) {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return stdout?.trim() ?? null;
}

function add(counts, name) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
