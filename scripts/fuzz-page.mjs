// The figures of a run of scripts/fuzz.mjs, and the page of them.

const NAMES = {
  xml: 'XML plists',
  binary: 'binary plists',
  yaml: 'reconcile files',
  import: 'plists imported',
};

/** What the workers counted, as one row of the table. */
export function rowOf(kind, results, milliseconds) {
  const sum = (name) => results.reduce((all, result) => all + result[name], 0);
  const [slowest, index] = results.map(({ slowest }) => slowest).reduce((a, b) => (b[0] > a[0] ? b : a));
  return {
    what: NAMES[kind],
    tried: sum('tried'),
    read: sum('read'),
    refused: sum('refused'),
    failed: results.reduce((all, { failures }) => all + failures.length, 0),
    'a second': Math.round((sum('tried') * 1000) / milliseconds),
    'slowest, ms': Math.round(slowest),
    'its number': index,
    'largest heap, MB': Math.round(Math.max(...results.map(({ heap }) => heap)) / 1e6),
  };
}

export function table(rows) {
  const names = Object.keys(rows[0]);
  const lines = [
    names,
    names.map((name) => (typeof rows[0][name] === 'number' ? '---:' : '---')),
    ...rows.map((row) => names.map((name) => String(row[name]))),
  ];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const cell = (text, column, isRight) => {
    if (/^-+:?$/.test(text)) return text.replace('-', '-'.repeat(widths[column] - text.length + 1));
    return isRight ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  };
  return lines
    .map(
      (line) =>
        `| ${line.map((text, column) => cell(text, column, lines[1][column].endsWith(':'))).join(' | ')} |`,
    )
    .join('\n');
}

export function fuzzPage(rows, seed) {
  const day = new Date().toISOString().slice(0, 10);
  return `# Fuzzing: mutated files, and what came of them

Written by \`npm run fuzz -- --page\` on ${day}, with Node ${process.versions.node} and seed ${seed}; the same seed tries the same cases.

The fixtures and examples of this repository, changed in one to twelve ways each: bits flipped, pieces cut out, doubled or taken
from another file, tags, keys, lengths, offsets, references and markers exchanged, nested thousands deep, in other encodings.
A plist is read; what is read is audited by all rules, mended, audited again, written and read back. A reconcile file is loaded
and compiled; its jobs are audited, written and read back. A plist that is imported comes to the same plist again. Read means: accepted, with everything after it as it must be.
Refused: said where and why. Failed would be: an exception, a value that does not read back as it was, a place outside of the
text, more than 20 s, or more than 768 MB.

${table(rows)}

Times are of one case with all that is done with it, on a machine with other work; the largest heap is of a worker, between
collections. A failing case is written to a file and told with the command that tries it alone; those that were found are tests
(\`test/fuzz/found.test.ts\`).
`;
}
