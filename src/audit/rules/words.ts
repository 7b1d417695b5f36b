import { posix } from 'node:path';
import type { Hit, Rule } from '../rule.ts';
import { shellUse } from '../shell.ts';

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

/** Programs whose `start` runs the service itself, in the foreground. */
const STARTS_HERE = new Set(['npm', 'pnpm', 'yarn', 'bun', 'pm2-runtime']);

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
    const isHere = job.words.slice(0, index).some((word) => STARTS_HERE.has(posix.basename(word)));
    // Colima's short form of --foreground.
    const isForeground = posix.basename(job.program ?? '') === 'colima' && job.words.includes('-f');
    if (isHere || isForeground) return [];
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

/** What its command line says. */
export const WORD_RULES: readonly Rule[] = [
  shellCommand,
  shellScript,
  unexpanded,
  sudo,
  background,
  startCommand,
  emptyWord,
  paddedWord,
];
