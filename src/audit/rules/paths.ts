import { namedPaths, placeholderIn } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';
import { shellUse } from '../shell.ts';

const STREAMS = ['StandardInPath', 'StandardOutPath', 'StandardErrorPath'] as const;

const relativeLog: Rule = {
  code: 'path/relative-log',
  severity: 'error',
  title: 'A log path that is not absolute',
  why: 'It counts from the working directory, which is / unless the plist says otherwise: nothing can be written there, and the job ends with 78.',
  bad: '<key>StandardOutPath</key><string>logs/out.log</string>',
  good: '<key>StandardOutPath</key><string>/Users/me/Library/Logs/sync.log</string>',
  check: (job) =>
    STREAMS.flatMap((key): Hit[] => {
      const value = job.plist.entries[key];
      if (typeof value !== 'string' || value.startsWith('/') || placeholderIn(value) !== null) return [];
      const hasHome = !value.startsWith('~') && typeof job.plist.entries['WorkingDirectory'] === 'string';
      return [
        {
          path: [key],
          severity: hasHome ? 'warning' : 'error',
          message: value.startsWith('~')
            ? `${key} is "${value}", and launchd does not expand the tilde.`
            : `${key} is "${value}", which counts from ${hasHome ? 'the working directory' : '/'}.`,
          fix: 'Write the whole path.',
        },
      ];
    }),
};

const tilde: Rule = {
  code: 'path/tilde',
  severity: 'error',
  title: 'A tilde in a path',
  why: 'launchd expands no tilde: it looks for a folder that is called "~" and finds nothing.',
  bad: '<key>WatchPaths</key><array><string>~/Downloads</string></array>',
  good: '<key>WatchPaths</key><array><string>/Users/me/Downloads</string></array>',
  check: (job) =>
    namedPaths(job).flatMap(({ path, text }): Hit[] => {
      const isArgument = path[0] === 'ProgramArguments' && path[1] !== 0;
      const isLog = STREAMS.some((key) => key === path[0]);
      if (isArgument || isLog || !text.startsWith('~')) return [];
      return [{ path, message: `"${text}" keeps its tilde.`, fix: 'Write the whole path, from /Users on.' }];
    }),
};

const temporaryLog: Rule = {
  code: 'path/temporary-log',
  severity: 'warning',
  title: 'A log in a folder for temporary files',
  why: 'Anybody may put a file or a link of that name into /tmp, and macOS clears the folder, so the log is gone when it is needed.',
  bad: '<key>StandardErrorPath</key><string>/tmp/sync.err</string>',
  good: '<key>StandardErrorPath</key><string>/Users/me/Library/Logs/sync.err</string>',
  check: (job) =>
    STREAMS.slice(1).flatMap((key): Hit[] => {
      const value = job.plist.entries[key];
      if (typeof value !== 'string' || !/^\/(?:private\/)?(?:var\/)?tmp\//.test(value)) return [];
      return [
        {
          path: [key],
          message: `${key} is "${value}".`,
          fix:
            job.scope === 'daemon'
              ? 'Use a folder in /Library/Logs or /var/log.'
              : 'Use a folder in ~/Library/Logs, written out.',
        },
      ];
    }),
};

/** Folders of the system in which only root can make files. */
const ROOTS_OWN =
  /^\/(?:(?:private\/)?var\/(?:log|run|db|root)|private\/etc|etc|usr\/(?!local\/)|bin|sbin|System|dev\/(?!null$|stdout$|stderr$)|root)(?:\/|$)/;

const unwritableLog: Rule = {
  code: 'path/unwritable-log',
  severity: 'error',
  title: 'A log where an agent cannot write',
  why: 'launchd opens the log as the user of the job; where that fails, the program is never started and the job ends with 78.',
  bad: '<!-- LaunchAgents/net.me.a.plist -->\n<key>Label</key><string>net.me.a</string>\n<key>StandardErrorPath</key><string>/var/log/sync.err</string>',
  good: '<!-- LaunchAgents/net.me.a.plist -->\n<key>Label</key><string>net.me.a</string>\n<key>StandardErrorPath</key><string>/Users/me/Library/Logs/sync.err</string>',
  check: (job) =>
    job.scope !== 'agent'
      ? []
      : STREAMS.slice(1).flatMap((key): Hit[] => {
          const value = job.plist.entries[key];
          if (typeof value !== 'string' || !ROOTS_OWN.test(value)) return [];
          return [
            {
              path: [key],
              message: `${key} is "${value}", where only root can make files.`,
              fix: 'Use a folder in ~/Library/Logs, written out.',
            },
          ];
        }),
};

const sameLog: Rule = {
  code: 'path/one-log',
  severity: 'info',
  onRequest: true,
  title: 'Output and errors go to one file',
  why: 'That works; errors are just harder to find.',
  bad: '<key>StandardOutPath</key><string>/var/log/a.log</string>\n<key>StandardErrorPath</key><string>/var/log/a.log</string>',
  good: '<key>StandardOutPath</key><string>/var/log/a.log</string>\n<key>StandardErrorPath</key><string>/var/log/a.err</string>',
  check(job) {
    const { StandardOutPath: out, StandardErrorPath: error } = job.plist.entries;
    if (typeof out !== 'string' || out !== error || out === '/dev/null') return [];
    return [
      {
        path: ['StandardErrorPath'],
        message: `Both go to "${out}".`,
        fix: 'Give errors a file of their own.',
      },
    ];
  },
};

const noLog: Rule = {
  code: 'path/no-log',
  severity: 'info',
  onRequest: true,
  title: 'No log at all',
  why: 'What the program says goes to /dev/null, so nothing tells why it failed.',
  bad: '<key>RunAtLoad</key><true/>',
  good: '<key>RunAtLoad</key><true/>\n<key>StandardErrorPath</key><string>/var/log/a.err</string>',
  check(job) {
    const { StandardOutPath: out, StandardErrorPath: error } = job.plist.entries;
    if (out !== undefined || error !== undefined) return [];
    return [{ path: [], message: 'What it prints is thrown away.', fix: 'Set StandardErrorPath.' }];
  },
};

/** Folders of a person that macOS keeps from programs nobody gave permission (privacy control, TCC). */
const GUARDED = /^(?:~|\/Users\/[^/]+)\/(Desktop|Documents|Downloads|Library\/Mobile Documents)(?:\/|$)/;

const guardedFolder: Rule = {
  code: 'path/guarded-folder',
  severity: 'warning',
  title: 'A program, script or working directory in a folder that macOS guards',
  why: 'Desktop, Documents, Downloads and iCloud Drive need a permission that a background job cannot ask for: it ends with "Operation not permitted" or 78.',
  bad: '<key>ProgramArguments</key>\n<array><string>/Users/me/Documents/backup.sh</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/Users/me/bin/backup.sh</string></array>',
  check(job) {
    const use = shellUse(job);
    return namedPaths(job).flatMap(({ path, text }): Hit[] => {
      const folder = GUARDED.exec(text)?.[1];
      if (folder === undefined) return [];
      const isRun =
        path[0] === 'Program' ||
        path[0] === 'WorkingDirectory' ||
        (path[0] === 'ProgramArguments' &&
          (path[1] === 0 ||
            path[1] === use?.script?.index ||
            /\.(?:sh|py|rb|js|mjs|ts|pl|zsh|scpt|php)$/.test(text)));
      if (!isRun) return [];
      return [
        {
          path,
          message: `"${text}" lies in ${folder === 'Library/Mobile Documents' ? 'iCloud Drive' : folder}.`,
          fix: 'Keep it elsewhere in your home, or give the program Full Disk Access in System Settings.',
        },
      ];
    });
  },
};

/** Folders whose name is a version; an upgrade removes them. */
const VERSIONED: readonly RegExp[] = [
  /\/Cellar\/[^/]+\/\d[^/]*\//,
  /\/Caskroom\/[^/]+\/\d[^/]*\//,
  /\/\.nvm\/versions\/node\/v\d[^/]*\//,
  /\/node-versions\/v\d[^/]*\//,
  /\/fnm_multishells\/[^/]+\//,
  /\/\.pyenv\/versions\/\d[^/]*\//,
  /\/\.rbenv\/versions\/\d[^/]*\//,
  /\/\.rvm\/[^/]+\/ruby-\d[^/]*\//,
  /\/\.nodenv\/versions\/\d[^/]*\//,
  /\/(?:asdf|\.asdf|mise|rtx)\/installs\/[^/]+\/\d[^/]*\//,
  /\/\.sdkman\/candidates\/[^/]+\/\d[^/]*\//,
  /\/\.volta\/tools\/image\/[^/]+\/\d[^/]*\//,
  /\/\.local\/share\/uv\/python\/cpython-\d[^/]*\//,
  /\/\.vscode\/extensions\/[^/]*-\d+\.\d+\.\d+[^/]*\//,
];

const pinnedVersion: Rule = {
  code: 'path/pinned-version',
  severity: 'warning',
  title: 'A path that holds a version',
  why: 'The next upgrade removes that folder, and the job ends with 78 from then on without a word.',
  bad: '<key>ProgramArguments</key>\n<array><string>/Users/me/.nvm/versions/node/v20.11.0/bin/node</string></array>',
  good: '<key>ProgramArguments</key>\n<array><string>/opt/homebrew/bin/node</string></array>',
  check(job) {
    const use = shellUse(job);
    return namedPaths(job).flatMap(({ path, text }): Hit[] => {
      if (path.at(0) !== 'Program' && path.at(0) !== 'ProgramArguments') return [];
      if (path.at(0) === 'ProgramArguments' && path.at(1) === use?.commands?.index) {
        const inside = text.split(/[\s"']+/).find((word) => VERSIONED.some((form) => form.test(word)));
        return inside === undefined ? [] : [pinned(path, inside)];
      }
      return VERSIONED.some((form) => form.test(text)) ? [pinned(path, text)] : [];
    });
  },
};

function pinned(path: readonly (string | number)[], text: string): Hit {
  const keg = /^(.*)\/Cellar\/([^/]+)\/\d[^/]*\/(.+)$/.exec(text);
  return {
    path,
    message: `"${text}" is gone after the next upgrade.`,
    fix:
      keg === null
        ? 'Use a path that stays: a link in your own bin folder, or the shim of the version manager.'
        : `Write ${keg[1]}/opt/${keg[2]}/${keg[3]}, which Homebrew keeps up to date.`,
  };
}

const personalPath: Rule = {
  code: 'path/personal',
  severity: 'info',
  onRequest: true,
  title: 'One person’s home folder',
  why: 'The plist works for nobody else, which matters where it is shared.',
  bad: '<key>ProgramArguments</key><array><string>/Users/me/bin/sync</string></array>',
  good: '<key>ProgramArguments</key><array><string>/usr/local/bin/sync</string></array>',
  check: (job) =>
    namedPaths(job)
      .filter(({ text }) => /^\/Users\/(?!Shared\/)[^/]+\//.test(text))
      .slice(0, 1)
      .map(({ path, text }) => ({
        path,
        message: `"${text}" belongs to one person.`,
        fix: 'Declare the job in a reconcile file, where `~` stands for the home of whoever applies it.',
      })),
};

const placeholder: Rule = {
  code: 'path/placeholder',
  severity: 'info',
  title: 'A placeholder that is not filled in',
  why: 'This is a template; launchd would take the placeholder as it stands.',
  bad: '<key>ProgramArguments</key><array><string>__HOME__/bin/sync</string></array>',
  good: '<key>ProgramArguments</key><array><string>/Users/me/bin/sync</string></array>',
  check: (job) =>
    namedPaths(job)
      .flatMap(({ path, text }): Hit[] => {
        const found = placeholderIn(text);
        if (found === null) return [];
        return [
          {
            path,
            message: `"${found}" stands for something.`,
            fix: 'Fill it in, or declare the job in a reconcile file, where `~` stands for the home and `vars` for the rest.',
          },
        ];
      })
      .slice(0, 1),
};

export const PATH_RULES: readonly Rule[] = [
  relativeLog,
  tilde,
  temporaryLog,
  unwritableLog,
  sameLog,
  noLog,
  guardedFolder,
  pinnedVersion,
  personalPath,
  placeholder,
];
