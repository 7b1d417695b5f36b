import { isSecretName, isSensitive } from '../../launchd/secrets.ts';
import { isDict } from '../../model/plist.ts';
import { textMembers } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';

const unexpandedVariable: Rule = {
  code: 'environment/unexpanded',
  severity: 'error',
  title: 'A variable or a tilde inside a variable',
  why: 'launchd expands nothing, so the program gets the dollar or the tilde itself; a PATH like that finds nothing.',
  bad: '<key>EnvironmentVariables</key>\n<dict><key>PATH</key><string>$HOME/bin:/usr/bin:/bin</string></dict>',
  good: '<key>EnvironmentVariables</key>\n<dict><key>PATH</key><string>/Users/me/bin:/usr/bin:/bin</string></dict>',
  check: (job) =>
    textMembers(job.plist.entries['EnvironmentVariables']).flatMap(([name, value]): Hit[] => {
      if (isSecretName(name)) return [];
      const isVariable = /\$(?:\{[A-Za-z_]\w*[}:]|\([a-z]|[A-Za-z_]\w*)/.test(value);
      const isTilde = /PATH$|DIR$|HOME$/.test(name) && /(?:^|:)~(?:\/|$|:)/.test(value);
      if (!isVariable && !isTilde) return [];
      return [
        {
          path: ['EnvironmentVariables', name],
          message: `${name} is "${value}", and nothing in it is expanded.`,
          fix: 'Write the value itself.',
        },
      ];
    }),
};

/** Values under a secret's name that tell no secret: switches, numbers, paths, placeholders. */
const HARMLESS =
  /^(?:.{0,5}|\d+|true|false|yes|no|none|null|disabled|enabled|default|auto|\/.*|~\/.*|[a-z-]+:\/\/[^@]*|.*(?:\$\{?[A-Za-z_]|<|YOUR|your|changeme|CHANGEME|example|xxxx|XXXX|\*\*\*|\.\.\.|REPLACE|placeholder|@@|%%|__).*)$/s;

const secret: Rule = {
  code: 'environment/secret',
  severity: 'error',
  title: 'A secret in the plist',
  why: 'A plist is readable for all users of the Mac, `launchctl print` shows its variables to them, and dotfiles get published.',
  bad: '<key>EnvironmentVariables</key>\n<dict><key>API_TOKEN</key><string>9f3ab2c84d1e77f0</string></dict>',
  good: '<key>EnvironmentVariables</key>\n<dict><key>API_TOKEN_FILE</key><string>/Users/me/.config/app/token</string></dict>',
  check(job) {
    const { EnvironmentVariables: variables, ProgramArguments: words } = job.plist.entries;
    const hits: Hit[] = [];
    if (isDict(variables))
      for (const [name, value] of textMembers(variables))
        if (isSensitive(['EnvironmentVariables', name], value) && !HARMLESS.test(value))
          hits.push(told(['EnvironmentVariables', name], `The variable ${name}`));
    job.words.forEach((word, index) => {
      const before = job.words[index - 1];
      const named = before !== undefined && /^--[A-Za-z]/.test(before) && isSecretName(before);
      const value = /^--?[A-Za-z][\w-]*=(.*)$/s.exec(word)?.[1] ?? word;
      const isSecret = named ? !word.startsWith('-') : isSensitive(['ProgramArguments', `${index}`], word);
      if (words !== undefined && isSecret && !HARMLESS.test(value))
        hits.push(told(['ProgramArguments', index], `Argument ${index}`));
    });
    return hits;
  },
};

function told(path: readonly (string | number)[], what: string): Hit {
  return {
    path,
    message: `${what} looks like a secret.`,
    fix: 'Let the program read it from a file that only you can read, or from the keychain.',
  };
}

const home: Rule = {
  code: 'environment/home',
  severity: 'info',
  title: 'Sets HOME',
  why: 'launchd sets HOME for agents and for daemons with UserName; a fixed one goes wrong for another user.',
  bad: '<key>EnvironmentVariables</key><dict><key>HOME</key><string>/Users/me</string></dict>',
  good: '<key>UserName</key><string>me</string>',
  check(job) {
    const variables = job.plist.entries['EnvironmentVariables'];
    if (!isDict(variables) || variables.entries['HOME'] === undefined) return [];
    if (job.scope === 'daemon' && job.plist.entries['UserName'] === undefined) return [];
    return [
      {
        path: ['EnvironmentVariables', 'HOME'],
        message: 'launchd sets HOME already.',
        fix: 'Leave it out.',
        edits: [{ op: 'remove', path: ['EnvironmentVariables', 'HOME'] }],
      },
    ];
  },
};

const shortPath: Rule = {
  code: 'environment/short-path',
  severity: 'warning',
  title: 'A PATH without the system’s folders',
  why: 'Scripts that call ls, sed or curl fail with "command not found".',
  bad: '<key>EnvironmentVariables</key><dict><key>PATH</key><string>/opt/homebrew/bin</string></dict>',
  good: '<key>EnvironmentVariables</key><dict><key>PATH</key><string>/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin</string></dict>',
  check(job) {
    const found = textMembers(job.plist.entries['EnvironmentVariables']).find(([name]) => name === 'PATH');
    if (found === undefined || found[1].includes('$')) return [];
    const missing = ['/usr/bin', '/bin'].filter((folder) => !found[1].split(':').includes(folder));
    if (missing.length === 0) return [];
    return [
      {
        path: ['EnvironmentVariables', 'PATH'],
        message: `PATH is "${found[1]}", without ${missing.join(' and ')}.`,
        fix: `Add ${missing.join(' and ')} at its end.`,
        expected: [found[1], ...missing].join(':'),
        edits: [
          {
            op: 'set',
            path: ['EnvironmentVariables', 'PATH'],
            value: [found[1], ...missing].filter((part) => part !== '').join(':'),
          },
        ],
      },
    ];
  },
};

export const ENVIRONMENT_RULES: readonly Rule[] = [unexpandedVariable, secret, home, shortPath];
