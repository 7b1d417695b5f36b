import type { ProblemName } from '../../launchd/key-problem.ts';
import { foreignKey } from '../foreign-keys.ts';
import { type AuditedJob, placeholderIn } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';

/** What the key table finds (`checkPlist`), as rules: one for each kind of problem that a plist on disk can have. */
type Words = Pick<Rule, 'title' | 'why' | 'bad' | 'good'>;

function keyRule(
  name: ProblemName,
  severity: Rule['severity'],
  words: Words,
  adjust: (hit: Hit, job: AuditedJob) => Hit | null = (hit) => hit,
): Rule {
  const code = `launchd/${name}`;
  return {
    code,
    severity,
    ...words,
    check: (job) =>
      job.keyProblems
        .filter((found) => found.code === code)
        .map(({ path, message, hint, severity: told }) =>
          adjust({ path: path.map(step), message, fix: hint, severity: told }, job),
        )
        .filter((hit) => hit !== null),
  };
}

/** Elements of arrays are named by their index. */
const step = (name: string): string | number => (/^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : name);

const top = (hit: Hit): string => `${hit.path[0] ?? ''}`;

export const KEY_RULES: readonly Rule[] = [
  keyRule(
    'missing',
    'error',
    {
      title: 'No Label, or nothing to run',
      why: 'launchd refuses the plist.',
      bad: '<key>RunAtLoad</key><true/><!-- no ProgramArguments -->',
      good: '<key>ProgramArguments</key><array><string>/opt/server</string></array>',
    },
    // What an app runs is told by the rule on BundleProgram.
    (hit, job) => (top(hit) === 'Label' || job.plist.entries['BundleProgram'] === undefined ? hit : null),
  ),
  keyRule(
    'unknown-key',
    'error',
    {
      title: 'A key that launchd does not know',
      why: 'launchd ignores it without a word, so what was meant does not happen.',
      bad: '<key>StandardOutputPath</key><string>/var/log/a.log</string>',
      good: '<key>StandardOutPath</key><string>/var/log/a.log</string>',
    },
    (hit, job) => {
      if (hit.path.length === 1 && foreignKey(top(hit)) !== null) return null;
      const isNear = /^(?:Did you mean|Write) /.test(hit.fix);
      const rename = /^(?:Did you mean|Write) ([A-Za-z]+)[?.]$/.exec(hit.fix)?.[1];
      return {
        ...hit,
        severity: job.isApples ? 'info' : isNear || hit.path.length > 1 ? 'error' : 'warning',
        ...(isNear || hit.path.length > 1 ? {} : { fix: 'Leave it out.' }),
        ...(rename === undefined || rename in job.plist.entries
          ? {}
          : { edits: [{ op: 'rename', path: hit.path, to: rename }] }),
      };
    },
  ),
  keyRule('misplaced-key', 'error', {
    title: 'A key at the wrong level',
    why: 'launchd looks for it inside another key only, and ignores it here.',
    bad: '<key>SuccessfulExit</key><false/>',
    good: '<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
  }),
  keyRule(
    'undocumented',
    'warning',
    {
      title: 'A key that only macOS itself uses',
      why: 'The manual does not have it, so nobody promises what it does, nor that it stays.',
      bad: '<key>POSIXSpawnType</key><string>Interactive</string>',
      good: '<key>ProcessType</key><string>Interactive</string>',
    },
    (hit, job) => ({ ...hit, severity: job.isApples ? 'info' : 'warning', fix: 'Leave it out.' }),
  ),
  keyRule('wrong-type', 'error', {
    title: 'A value of the wrong type',
    why: 'launchd skips the key, so the job is loaded without it.',
    bad: '<key>RunAtLoad</key><string>true</string>',
    good: '<key>RunAtLoad</key><true/>',
  }),
  keyRule('out-of-range', 'error', {
    title: 'A number that is out of range',
    why: 'launchd ignores it and takes its default.',
    bad: '<key>ThrottleInterval</key><integer>0</integer>',
    good: '<key>ThrottleInterval</key><integer>10</integer>',
  }),
  keyRule('unknown-value', 'error', {
    title: 'A word that the key does not have',
    why: 'launchd takes its default instead.',
    bad: '<key>ProcessType</key><string>background</string>',
    good: '<key>ProcessType</key><string>Background</string>',
  }),
  keyRule(
    'unsupported',
    'warning',
    {
      title: 'A key that launchd ignores today',
      why: 'It once did something; what was meant does not happen any more.',
      bad: '<key>KeepAlive</key><dict><key>NetworkState</key><true/></dict>',
      good: '<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    },
    (hit) => ({ ...hit, severity: top(hit) === 'KeepAlive' ? 'error' : 'warning' }),
  ),
  keyRule(
    'deprecated',
    'info',
    {
      title: 'A key that has a successor',
      why: 'It works, and nobody says for how long.',
      bad: '<key>OnDemand</key><false/>',
      good: '<key>KeepAlive</key><true/>',
    },
    (hit) => ({ ...hit, severity: 'info' }),
  ),
  keyRule(
    'discouraged',
    'info',
    {
      title: 'A key that is best avoided',
      why: 'It works, and rarely does what one hopes.',
      bad: '<key>EnableGlobbing</key><true/>',
      good: '<key>ProgramArguments</key><array><string>/opt/clean-up.sh</string></array>',
    },
    (hit) => ({ ...hit, severity: 'info' }),
  ),
  keyRule(
    'not-for-files',
    'error',
    {
      title: 'A key for jobs that an app registers',
      why: 'In a plist that lies in LaunchAgents or LaunchDaemons it does nothing.',
      bad: '<key>BundleProgram</key><string>Contents/MacOS/helper</string>',
      good: '<key>Program</key><string>/Applications/A.app/Contents/MacOS/helper</string>',
    },
    // Inside of an app it belongs there; in a folder of sources it may be on its way into one.
    (hit, job) => {
      if (job.path === null || /\/Library\/Launch(?:Agents|Daemons)\/[^/]*$/.test(job.path))
        return /\.app\/Contents\//.test(job.path ?? '') ? null : hit;
      return { ...hit, severity: 'info' };
    },
  ),
  keyRule(
    'scope',
    'error',
    {
      title: 'A key of daemons in an agent, or the other way round',
      why: 'launchd ignores it there: the job runs as somebody else than the plist says.',
      bad: '<!-- LaunchAgents/net.me.a.plist -->\n<key>Label</key><string>net.me.a</string>\n<key>UserName</key><string>root</string>',
      good: '<!-- LaunchDaemons/net.me.a.plist -->\n<key>Label</key><string>net.me.a</string>\n<key>UserName</key><string>root</string>',
    },
    // Without a folder that tells, the kind of job is a guess.
    (hit, job) => (job.scope === null ? null : hit),
  ),
  keyRule(
    'label',
    'error',
    {
      title: 'A label that cannot be used',
      why: 'launchctl cannot name such a job, or would name something else.',
      bad: '<key>Label</key><string>net/me/backup</string>',
      good: '<key>Label</key><string>net.me.backup</string>',
    },
    (hit, job) => (job.label === null || /\s|^com\.apple\./i.test(job.label) ? null : hit),
  ),
  keyRule('empty', 'error', {
    title: 'A value that is empty',
    why: 'There is nothing to run, or nothing that starts it.',
    bad: '<key>ProgramArguments</key><array/>',
    good: '<key>ProgramArguments</key><array><string>/opt/server</string></array>',
  }),
  keyRule(
    'relative-path',
    'error',
    {
      title: 'A path that is not absolute',
      why: 'launchd starts no relative path and looks at the wrong place for the rest.',
      bad: '<key>ProgramArguments</key><array><string>bin/server</string></array>',
      good: '<key>ProgramArguments</key><array><string>/opt/bin/server</string></array>',
    },
    // Tildes, placeholders and log paths have rules of their own.
    (hit) =>
      /^"[~$]/.test(hit.message) || top(hit).startsWith('Standard') || placeholderIn(hit.message) !== null
        ? null
        : hit,
  ),
  keyRule('umask', 'warning', {
    title: 'A umask that is read as another number',
    why: 'Without a leading zero launchd reads it as a decimal number.',
    bad: '<key>Umask</key><string>22</string>',
    good: '<key>Umask</key><string>022</string>',
  }),
  keyRule('variable-name', 'error', {
    title: 'A name that no variable can have',
    why: 'It never reaches the program as it is meant.',
    bad: '<key>EnvironmentVariables</key><dict><key>A=B</key><string>c</string></dict>',
    good: '<key>EnvironmentVariables</key><dict><key>A</key><string>B=c</string></dict>',
  }),
  keyRule('never-killed', 'warning', {
    title: 'ExitTimeOut 0: never killed',
    why: 'A program that ignores SIGTERM can be neither stopped nor replaced, and holds up logout and shutdown.',
    bad: '<key>ExitTimeOut</key><integer>0</integer>',
    good: '<key>ExitTimeOut</key><integer>30</integer>',
  }),
  keyRule('no-condition', 'warning', {
    title: 'KeepAlive without a condition',
    why: 'An empty dictionary keeps nothing alive.',
    bad: '<key>KeepAlive</key><dict/>',
    good: '<key>KeepAlive</key><true/>',
  }),
  keyRule(
    'every-minute',
    'error',
    {
      title: 'A calendar entry without a field',
      why: 'A missing field means every one, so the job starts every minute.',
      bad: '<key>StartCalendarInterval</key><dict/>',
      good: '<key>StartCalendarInterval</key><dict><key>Minute</key><integer>0</integer></dict>',
    },
    (hit) => ({ ...hit, severity: 'error' }),
  ),
  {
    code: 'launchd/foreign-key',
    severity: 'error',
    title: 'A key of another system',
    why: 'It comes from systemd, from another kind of plist, or from a recipe that made it up; launchd ignores it.',
    bad: '<key>RestartInterval</key><integer>5</integer>',
    good: '<key>ThrottleInterval</key><integer>5</integer>',
    check: (job) =>
      Object.keys(job.plist.entries).flatMap((name): Hit[] => {
        const known = foreignKey(name);
        if (known === null || job.keyProblems.every((found) => found.path[0] !== name)) return [];
        return [
          {
            path: [name],
            severity: job.isApples ? 'info' : known.severity,
            message: known.message,
            fix: known.fix,
          },
        ];
      }),
  },
  {
    code: 'launchd/decimal-umask',
    severity: 'warning',
    title: 'A umask that looks octal and is decimal',
    why: 'An <integer> is decimal: 22 is the mask 026, and 77 is 0115, which takes away other permissions than meant.',
    bad: '<key>Umask</key><integer>77</integer>',
    good: '<key>Umask</key><string>077</string>',
    check(job) {
      const mask = job.plist.entries['Umask'];
      if (typeof mask !== 'number' || !OCTAL_LOOKING.has(mask)) return [];
      return [
        {
          path: ['Umask'],
          message: `Umask ${mask} is 0${mask.toString(8)} in octal.`,
          fix: `Write <string>0${mask}</string> if you meant octal digits, which is <integer>${Number.parseInt(`${mask}`, 8)}</integer>.`,
          edits: [{ op: 'set', path: ['Umask'], value: `0${mask}` }],
        },
      ];
    },
  },
  {
    code: 'launchd/disabled-key',
    severity: 'info',
    title: 'The key Disabled',
    why: '`launchctl enable` and `disable` win over it and outlive the plist, so it says nothing about what is loaded.',
    bad: '<key>Disabled</key><true/>',
    good: '<!-- launchctl disable gui/$UID/LABEL -->',
    check: (job) =>
      job.plist.entries['Disabled'] === undefined || job.isDeclared
        ? []
        : [
            {
              path: ['Disabled'],
              message: 'Disabled is only the default of what `launchctl enable` and `disable` set.',
              fix: 'Leave it out.',
              edits: [{ op: 'remove', path: ['Disabled'] }],
            },
          ],
  },
  {
    code: 'launchd/negative-nice',
    severity: 'info',
    title: 'A negative Nice',
    why: 'Only root may raise a priority: in an agent it does nothing.',
    bad: '<key>Nice</key><integer>-10</integer>',
    good: '<key>ProcessType</key><string>Interactive</string>',
    check(job) {
      const nice = job.plist.entries['Nice'];
      if (typeof nice !== 'number' || nice >= 0 || job.scope === 'daemon') return [];
      return [
        {
          path: ['Nice'],
          message: `Nice is ${nice}, which only a daemon may have.`,
          fix: 'Leave it out, or use ProcessType Interactive.',
        },
      ];
    },
  },
];

/** Masks that people write in octal digits, taken as decimal numbers. */
const OCTAL_LOOKING: ReadonlySet<number> = new Set([
  22, 26, 27, 37, 66, 77, 111, 117, 177, 222, 226, 227, 277,
]);
