import { posix } from 'node:path';
import { type AuditedJob, placeholderIn } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';
import { shellUse } from '../shell.ts';

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

const shellCommand: Rule = {
  code: 'run/shell-command',
  severity: 'info',
  title: 'Runs through a shell with -c',
  why: 'launchd signals the shell, not the program behind it, and macOS gives permissions (Full Disk Access) to the shell.',
  bad: '<key>ProgramArguments</key>\n<array><string>/bin/sh</string><string>-c</string><string>/opt/server --port 80</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string>--port</string><string>80</string></array>',
  check(job) {
    const use = shellUse(job);
    // `script:` is the shell by one's own wish.
    if (job.isDeclared || use?.commands == null) return [];
    const isSimple = !/[;&|<>()$`\n*?]/.test(use.commands.text);
    return [
      {
        path: ['ProgramArguments', use.commands.index],
        message: `It runs through ${use.shell} -c.`,
        fix: isSimple
          ? 'Name the program and its arguments directly; nothing here needs a shell.'
          : 'Put the commands into a script, begin the last of them with `exec`, and run that.',
      },
    ];
  },
};

const shellScript: Rule = {
  code: 'run/shell-script',
  severity: 'info',
  onRequest: true,
  title: 'Runs a script file through a shell',
  why: 'The script’s own first line can name its interpreter; then `ps` and Login Items show the script instead of "bash".',
  bad: '<key>ProgramArguments</key>\n<array><string>/bin/bash</string><string>/opt/backup.sh</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/backup.sh</string></array>',
  check(job) {
    const use = shellUse(job);
    if (use?.script == null) return [];
    return [
      {
        path: ['ProgramArguments', use.script.index],
        message: `"${use.script.path}" is run through ${use.shell}.`,
        fix: 'Make the script executable, begin it with `#!`, and name it directly.',
      },
    ];
  },
};

const unexpanded: Rule = {
  code: 'run/unexpanded',
  severity: 'info',
  title: 'A variable, a command or a tilde in an argument, and no shell',
  why: 'launchd passes arguments on as they stand; unless the program expands it itself, it sees the dollar or the tilde.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string>--root=$HOME</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string>--root=/Users/me</string></array>',
  check(job) {
    // A shell expands its commands, and programs that are given code have dollars of their own.
    if (shellUse(job)?.commands != null || job.words.some((word) => /^-(?:e|c|-eval)$/.test(word))) return [];
    if (/(?:awk|sed|find)$/.test(job.program ?? '')) return [];
    return job.words.flatMap((word, index): Hit[] => {
      if (index === 0 || !/\$(?:[A-Za-z_]\w*|\{[A-Za-z_]|\()|(?:^|=)~\//.test(word)) return [];
      return [
        {
          path: ['ProgramArguments', index],
          message: `The program sees "${word}" exactly so.`,
          fix: 'Write the value itself.',
        },
      ];
    });
  },
};

const sudo: Rule = {
  code: 'run/sudo',
  severity: 'warning',
  title: 'sudo inside a job',
  why: 'No terminal is there to ask for the password, so sudo fails unless it needs none; a daemon runs as root anyway.',
  bad: '<key>ProgramArguments</key>\n<array><string>/usr/bin/sudo</string><string>/opt/server</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string></array>\n<!-- in /Library/LaunchDaemons -->',
  check(job) {
    const use = shellUse(job);
    const inShell = use?.commands != null && /(?:^|[;&|(\s])sudo\s/.test(use.commands.text);
    if (!inShell && posix.basename(job.program ?? '') !== 'sudo') return [];
    return [
      {
        path: ['ProgramArguments', inShell ? (use?.commands?.index ?? 0) : 0],
        message: 'It calls sudo, and nobody is there to type a password.',
        fix: 'Make it a daemon in /Library/LaunchDaemons, which runs as root.',
      },
    ];
  },
};

/** Options with which servers leave the foreground. */
const LEAVES = /^--?(?:daemon|daemonize|daemonise|background|fork|detach)(?:=(?:yes|true|on|1))?$/;
/** Programs whose option of that name does not. */
const STAYS: ReadonlySet<string> = new Set([
  'nix-daemon',
  'dockerd',
  'git',
  'git-daemon',
  'gpg-agent',
  'transmission-daemon',
]);

const background: Rule = {
  code: 'run/background',
  severity: 'warning',
  title: 'Puts itself into the background',
  why: 'launchd follows the process that it started; when that one ends, the job has ended, and what it left behind is killed or runs unseen.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string>--daemon</string></array>\n<key>KeepAlive</key><true/>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string></array>\n<key>KeepAlive</key><true/>',
  check(job) {
    const restarts = job.behaviour.restarts.some(
      (row) => row.exit === 'exit 0' && row.verdict === 'restarts',
    );
    const severity = restarts ? 'error' : 'warning';
    const effect = restarts ? ' launchd starts it again and again.' : '';
    const use = shellUse(job);
    if (use?.commands != null) {
      if (
        !/(?:^|[^&|>])&\s*$|\bnohup\s|\bdisown\b|\bscreen\s+-dm|\btmux\s+(?:new|new-session)\s+(?:\S+\s+)*-d/.test(
          use.commands.text,
        )
      )
        return [];
      return [
        {
          path: ['ProgramArguments', use.commands.index],
          severity,
          message: `The commands leave a process in the background.${effect}`,
          fix: 'Run the program in the foreground, with `exec` as the last command.',
        },
      ];
    }
    if (STAYS.has(posix.basename(job.program ?? ''))) return [];
    return job.words.flatMap((word, index): Hit[] => {
      const isNohup = index === 0 && posix.basename(word) === 'nohup';
      if (!isNohup && (index === 0 || !LEAVES.test(word))) return [];
      return [
        {
          path: ['ProgramArguments', index],
          severity,
          message: `"${word}" sends the program into the background.${effect}`,
          fix: 'Leave it out, or use the option that keeps the program in the foreground.',
        },
      ];
    });
  },
};

const startCommand: Rule = {
  code: 'run/start-command',
  severity: 'warning',
  title: 'A "start" command under KeepAlive',
  why: 'Many programs hand over to a process in the background and end; then launchd starts them again and again.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/gateway</string><string>start</string></array>\n<key>KeepAlive</key><true/>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/gateway</string><string>run</string></array>\n<key>KeepAlive</key><true/>',
  check(job) {
    const restarts = job.behaviour.restarts.some(
      (row) => row.exit === 'exit 0' && row.verdict === 'restarts',
    );
    if (
      !restarts ||
      job.words.some((word) => /^--?(?:fg|foreground|no-?daemon|no-fork|nofork)\b/i.test(word))
    )
      return [];
    const index = job.words.findIndex((word, at) => at > 0 && word === 'start');
    if (index === -1 || index > 3) return [];
    return [
      {
        path: ['ProgramArguments', index],
        message: `If "${posix.basename(job.program ?? '')} … start" hands over and ends with 0, launchd starts it over and over.`,
        fix: 'Use the command that stays in the foreground, or KeepAlive {SuccessfulExit: false}.',
      },
    ];
  },
};

const emptyWord: Rule = {
  code: 'run/empty-argument',
  severity: 'warning',
  title: 'An empty argument',
  why: 'The program gets an argument of no length, which most take for a file name or an unknown command.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/server</string><string></string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string></array>',
  check: (job) =>
    job.words.flatMap((word, index) =>
      word === '' && index > 0
        ? [
            {
              path: ['ProgramArguments', index],
              message: `Argument ${index} is empty.`,
              fix: 'Leave it out.',
            },
          ]
        : [],
    ),
};

const paddedWord: Rule = {
  code: 'run/padded-argument',
  severity: 'warning',
  title: 'White space around an argument',
  why: 'launchd trims nothing: the program sees the blank or the line end, and a path with one does not exist.',
  bad: '<key>ProgramArguments</key>\n<array><string>/opt/server </string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/server</string></array>',
  check(job) {
    const use = shellUse(job);
    return job.words.flatMap((word, index): Hit[] => {
      const trimmed = word.trim();
      if (trimmed === word || trimmed === '' || index === use?.commands?.index) return [];
      if (word.includes('\n') && trimmed.includes('\n')) return [];
      return [
        {
          path: ['ProgramArguments', index],
          message: `There is white space around ${JSON.stringify(trimmed)}.`,
          fix: 'Take it away.',
          expected: trimmed,
          edits: [{ op: 'set', path: ['ProgramArguments', index], value: trimmed }],
        },
      ];
    });
  },
};

export const RUN_RULES: readonly Rule[] = [
  missingVariable,
  bareName,
  packedArguments,
  otherName,
  eatenOption,
  repeatedProgram,
  shellCommand,
  shellScript,
  unexpanded,
  sudo,
  background,
  startCommand,
  emptyWord,
  paddedWord,
];
