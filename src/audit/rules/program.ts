import { posix } from 'node:path';
import { type AuditedJob, placeholderIn } from '../job.ts';
import type { Rule } from '../rule.ts';

/** Where the executable is named. */
const programPath = (job: AuditedJob): readonly (string | number)[] =>
  job.plist.entries['Program'] === undefined ? ['ProgramArguments', 0] : ['Program'];

/** Part of every macOS, and in the folders that launchd looks into. */
const SYSTEM_COMMANDS: ReadonlySet<string> = new Set(
  (
    'awk bash caffeinate cat chmod chown cp curl date defaults diskutil dash env find git hdiutil ifconfig java kextload kill ' +
    'killall launchctl ln log ls mkdir mv nice open osascript perl pkill pmset printf python3 rm rsync ruby say screencapture sed sh ' +
    'sleep softwareupdate ssh ssh-add ssh-agent sudo swift sysctl tail tee test touch true zsh'
  ).split(' '),
);

const missingVariable: Rule = {
  code: 'run/variable',
  severity: 'error',
  title: 'A variable in the path of the program',
  why: 'launchd expands no variables, so it looks for a file that is really called that and ends with 78.',
  bad: '<key>ProgramArguments</key>\n<array><string>$HOME/bin/sync</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/Users/me/bin/sync</string></array>',
  check(job) {
    if (job.program === null || !/\$[A-Za-z_{(]/.test(job.program) || placeholderIn(job.program) !== null)
      return [];
    return [
      {
        path: programPath(job),
        message: `The program is "${job.program}", and launchd expands no variables.`,
        fix: 'Write the whole path.',
      },
    ];
  },
};

const bareName: Rule = {
  code: 'run/bare-name',
  severity: 'warning',
  title: 'A program without its folder',
  why: 'launchd looks for it in /usr/bin, /bin, /usr/sbin and /sbin alone, never in the PATH that you or the plist set.',
  bad: '<key>ProgramArguments</key>\n<array><string>node</string><string>/opt/app/main.js</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/homebrew/bin/node</string><string>/opt/app/main.js</string></array>',
  check(job) {
    const { program } = job;
    if (program === null || program === '' || /[/~$ ]/.test(program) || placeholderIn(program) !== null)
      return [];
    return [
      {
        path: programPath(job),
        severity: SYSTEM_COMMANDS.has(program) ? 'info' : 'warning',
        message: `"${program}" is looked up in /usr/bin, /bin, /usr/sbin and /sbin only.`,
        fix: `Write its whole path; \`which ${program}\` tells it.`,
      },
    ];
  },
};

const packedArguments: Rule = {
  code: 'run/packed-arguments',
  severity: 'error',
  title: 'Program and arguments in one string',
  why: 'launchd splits nothing: it looks for a file with spaces in its name and ends with 78.',
  bad: '<key>ProgramArguments</key>\n<array><string>/usr/bin/rsync -a /src /dst</string></array>',
  good: '<key>ProgramArguments</key>\n<array>\n  <string>/usr/bin/rsync</string>\n  <string>-a</string>\n  <string>/src</string>\n  <string>/dst</string>\n</array>',
  check(job) {
    const { program } = job;
    if (program === null || !/^[^\s]+\s+(?:-{1,2}[A-Za-z]|[/~$"'])/.test(program)) return [];
    return [
      {
        path: programPath(job),
        message: `"${program}" is taken for the name of one file.`,
        fix: 'Give ProgramArguments one <string> for the program and one for each argument.',
      },
    ];
  },
};

const otherName: Rule = {
  code: 'run/two-programs',
  severity: 'info',
  title: 'Program and the first of ProgramArguments differ',
  why: 'launchd starts Program; the first of ProgramArguments is only the name that the program sees of itself.',
  bad: '<key>Program</key><string>/opt/a</string>\n<key>ProgramArguments</key><array><string>/opt/b</string></array>',
  good: '<key>ProgramArguments</key><array><string>/opt/a</string></array>',
  check(job) {
    const first = job.words[0];
    if (job.plist.entries['Program'] === undefined || first === undefined || first.startsWith('-')) return [];
    if (job.program === null || posix.basename(job.program) === posix.basename(first)) return [];
    return [
      {
        path: ['ProgramArguments', 0],
        message: `Program is "${job.program}" and ProgramArguments begins with "${first}"; the first is what runs.`,
        fix: 'Leave Program out, or begin ProgramArguments with it.',
      },
    ];
  },
};

const eatenOption: Rule = {
  code: 'run/eaten-option',
  severity: 'error',
  title: 'An option where the program’s name belongs',
  why: 'With Program set, the first of ProgramArguments is argv[0]: the program never sees it as an argument.',
  bad: '<key>Program</key><string>/opt/server</string>\n<key>ProgramArguments</key><array><string>--port</string><string>80</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string>--port</string><string>80</string></array>',
  check(job) {
    const first = job.words[0];
    if (job.plist.entries['Program'] === undefined || !first?.startsWith('-')) return [];
    return [
      {
        path: ['ProgramArguments', 0],
        message: `"${first}" is taken for the program’s name, and lost as an option.`,
        fix: 'Leave Program out and put it first into ProgramArguments.',
        edits: [
          { op: 'remove', path: ['Program'] },
          { op: 'set', path: ['ProgramArguments'], value: [job.program ?? '', ...job.words] },
        ],
      },
    ];
  },
};

const repeatedProgram: Rule = {
  code: 'run/repeated-program',
  severity: 'info',
  onRequest: true,
  title: 'Program repeats the first of ProgramArguments',
  why: 'One of the two is enough, and only one of them gets changed later.',
  bad: '<key>Program</key><string>/opt/a</string>\n<key>ProgramArguments</key><array><string>/opt/a</string></array>',
  good: '<key>ProgramArguments</key><array><string>/opt/a</string></array>',
  check(job) {
    if (job.plist.entries['Program'] === undefined || job.words[0] !== job.program) return [];
    return [
      {
        path: ['Program'],
        message: 'Program says what ProgramArguments begins with.',
        fix: 'Leave Program out.',
        edits: [{ op: 'remove', path: ['Program'] }],
      },
    ];
  },
};

/** Which program runs. */
export const PROGRAM_RULES: readonly Rule[] = [
  missingVariable,
  bareName,
  packedArguments,
  otherName,
  eatenOption,
  repeatedProgram,
];
