// How often each rule of `audit` is broken in a folder of plists, beside the counts of a list of rules made by hand:
//
//   npm run rule-counts -- FOLDER [RULES.md] > docs/rules-counted.md
//
// FOLDER may hold a MANIFEST.tsv with the columns `file` and `class` (apple, homebrew, wild, fixture). RULES.md holds a table
// whose rows begin with a rule's number (`| W13 …`) and give counts for the same classes.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const CLI = join(import.meta.dirname, '..', 'dist', 'cli.js');
const CLASSES = ['apple', 'homebrew', 'wild', 'fixture'];

/** Which of our rules look for what a numbered rule counts. */
const SAME = {
  'environment/home': ['E04'],
  'environment/secret': ['E03'],
  'environment/short-path': ['E05'],
  'environment/unexpanded': ['E01'],
  'label/apple': ['L05'],
  'label/example': ['L06'],
  'label/file-name': ['L01', 'L01b'],
  'label/no-domain': ['L04'],
  'label/white-space': ['L02'],
  'launchd/decimal-umask': ['D07'],
  'launchd/disabled-key': ['D02'],
  'launchd/every-minute': ['W40'],
  'launchd/foreign-key': ['K03', 'K04'],
  'launchd/misplaced-key': ['K06'],
  'launchd/missing': ['R01', 'R02'],
  'launchd/negative-nice': ['D06'],
  'launchd/out-of-range': ['W23'],
  'launchd/relative-path': ['R05'],
  'launchd/scope': ['D08'],
  'launchd/undocumented': ['D01'],
  'launchd/unknown-key': ['K01', 'K02', 'K05', 'W41'],
  'launchd/unknown-value': ['D03'],
  'launchd/unsupported': ['W18'],
  'launchd/wrong-type': ['T01', 'T06', 'W12'],
  'path/guarded-folder': ['P08'],
  'path/no-log': ['P07'],
  'path/one-log': ['P06'],
  'path/personal': ['P09'],
  'path/pinned-version': ['P10'],
  'path/relative-log': ['P03'],
  'path/temporary-log': ['P04'],
  'path/tilde': ['P05'],
  'restart/condition-and-schedule': ['W20'],
  'restart/crashed-adds-nothing': ['W15'],
  'restart/default-throttle': ['W26'],
  'restart/implied-start': ['W05', 'W19'],
  'restart/only-after-crash': ['W17'],
  'restart/only-after-success': ['W13'],
  'restart/only-once': ['W06'],
  'restart/schedule-is-moot': ['W02'],
  'restart/short-throttle': ['W21'],
  'restart/starts-all-the-same': ['W04'],
  'restart/throttle-as-schedule': ['W24'],
  'run/background': ['R17'],
  'run/bare-name': ['R06'],
  'run/eaten-option': ['R09'],
  'run/empty-argument': ['T04'],
  'run/packed-arguments': ['R07'],
  'run/padded-argument': ['T05'],
  'run/repeated-program': ['R10'],
  'run/shell-command': ['R11'],
  'run/shell-script': ['R12'],
  'run/start-command': ['D12'],
  'run/sudo': ['R16'],
  'run/two-programs': ['R08'],
  'run/unexpanded': ['R14'],
  'run/variable': ['R04'],
  'schedule/also-at-load': ['W47'],
  'schedule/below-throttle': ['W31'],
  'schedule/brisk': ['W32'],
  'schedule/many-entries': ['W46'],
  'schedule/needless-keep-alive': ['W48'],
  'schedule/no-minute': ['W44'],
  'schedule/not-at-load': ['W50'],
  'schedule/nothing-starts-it': ['W01'],
  'schedule/two': ['W34'],
  'schedule/whole-days': ['W33'],
  'text/after-end': ['X08'],
  'text/before-declaration': ['X02'],
  'text/comment-dashes': ['X01'],
  'text/doctype': ['X05', 'X05b'],
  'text/duplicate-key': ['X18'],
  'text/last-newline': ['X16'],
  'text/leading-zero': ['X14'],
  'text/line-ends': ['X09', 'X09b'],
  'text/no-declaration': ['X03'],
  'text/no-doctype': ['X04'],
  'text/no-version': ['X07'],
  'text/old-doctype': ['X06'],
  'text/spelled-out': ['X17'],
};

/** Why a count is not the other one's share, where that is not plain chance. */
const WHY = {
  'label/file-name': 'the files of the sample were renamed when they were collected',
  'job/two-plists': 'the sample holds several versions of one job',
  'label/no-domain': 'labels that a formula fills in do not count',
  'launchd/relative-path': 'every relative path counts, of folders too, not only that of the program',
  'launchd/undocumented': 'private keys of Apple’s own jobs are notes, and counted',
  'restart/crashed-adds-nothing': 'the older form {SuccessfulExit: false, Crashed: true} alone',
  'restart/short-throttle': 'only a throttle shorter than a stop may take, not every one below 10 s',
  'run/bare-name': 'programs of macOS itself are notes, and counted',
  'path/no-log': 'by hand, only jobs in the wild were asked',
  'path/relative-log': 'placeholders of templates do not count',
  'schedule/also-at-load': 'intervals and calendars, not paths',
};

const [folder, list] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.error('usage: npm run rule-counts -- FOLDER [RULES.md]');
  process.exit(64);
}

const classOf = readClasses(join(folder, 'MANIFEST.tsv'));
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && classOf.has(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const findings = auditAll(files.length > 0 ? files : [folder]);
const listed = list === undefined ? null : readList(list);
console.log(page());

function readClasses(manifest) {
  if (!existsSync(manifest)) return new Map();
  const [head, ...rows] = readFileSync(manifest, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(rows.map((row) => [basename(row[head.indexOf('file')]), row[head.indexOf('class')]]));
}

/** Every rule, those on request too; exit 2 only says that there are findings. */
function auditAll(paths) {
  const args = [CLI, 'audit', '--json', '--all', '--fail-on', 'never', ...paths];
  return JSON.parse(execFileSync(process.execPath, args, { maxBuffer: 1 << 30, encoding: 'utf8' })).findings;
}

/** Number of a rule → count by class, from a Markdown table. */
function readList(path) {
  const counts = new Map();
  let columns = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells[1] === 'rule') columns = cells;
    const number = /^([A-Z]\d\d[a-z]?)\b/.exec(cells[1] ?? '')?.[1];
    if (number === undefined || columns.length === 0) continue;
    const row = counts.get(number) ?? Object.fromEntries(CLASSES.map((name) => [name, 0]));
    for (const name of CLASSES) row[name] += Number(cells[columns.indexOf(name)] ?? 0) || 0;
    counts.set(number, row);
  }
  return counts;
}

function page() {
  const codes = [...new Set([...Object.keys(SAME), ...findings.map(({ code }) => code)])].sort();
  const rows = codes.map((code) => {
    const broken = new Map(
      findings.filter((each) => each.code === code).map(({ path }) => [path, classOf.get(basename(path))]),
    );
    const here = CLASSES.map((name) => [...broken.values()].filter((each) => each === name).length);
    const there = CLASSES.map((name) =>
      (SAME[code] ?? []).reduce((sum, number) => sum + (listed?.get(number)?.[name] ?? 0), 0),
    );
    const unclassed = broken.size - here.reduce((sum, count) => sum + count, 0);
    const cell = (counts) => counts.join(' · ');
    const mine = classOf.size > 0 ? cell(here) : `${unclassed}`;
    const theirs = listed === null || SAME[code] === undefined ? '–' : cell(there);
    return `| \`${code}\` | ${mine} | ${theirs} | ${(SAME[code] ?? []).join(', ') || '–'} | ${WHY[code] ?? ''} |`;
  });
  const sizes = CLASSES.map(
    (name) => `${[...classOf.values()].filter((each) => each === name).length} ${name}`,
  );
  return `<!-- Written by \`npm run rule-counts\`. -->

# The rules of \`audit\`, counted

Files of a folder of real plists by others in which each rule is broken (${sizes.join(', ')}), beside the counts that were made by hand
over a larger collection of the same kinds (946 Apple’s own, 242 Homebrew, 618 in the wild, and fixtures of other tools).
Each cell: ${CLASSES.join(' · ')}. Every rule was asked for, those on request too. What is found in the sample and not in the large
collection, or far more often, is explained in the last column.

| rule | here | by hand | its numbers | what differs |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
