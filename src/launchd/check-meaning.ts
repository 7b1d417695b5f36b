import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { checkLabel } from './domains.ts';
import { type KeyProblem, problem } from './key-problem.ts';
import { formatUmask, parseUmask } from './umask.ts';

type Check = (value: PlistValue, plist: PlistDict) => readonly KeyProblem[];

/** Checks that the shape of a value alone cannot make, by key; run on values that have the right shape. */
export const MEANING_CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['Label', checkLabelKey],
  ['Program', checkProgram],
  ['ProgramArguments', checkArguments],
  ['WorkingDirectory', (value) => absolutePath(value, ['WorkingDirectory'])],
  ['StandardInPath', (value) => noTilde(value, ['StandardInPath'])],
  ['StandardOutPath', (value) => noTilde(value, ['StandardOutPath'])],
  ['StandardErrorPath', (value) => noTilde(value, ['StandardErrorPath'])],
  ['WatchPaths', (value) => absolutePaths(value, ['WatchPaths'])],
  ['QueueDirectories', (value) => absolutePaths(value, ['QueueDirectories'])],
  ['EnvironmentVariables', checkVariables],
  ['Umask', checkUmask],
  ['KeepAlive', checkKeepAlive],
  ['ExitTimeOut', checkExitTimeOut],
  ['StartCalendarInterval', checkCalendar],
]);

function checkLabelKey(value: PlistValue): readonly KeyProblem[] {
  const wrong = typeof value === 'string' ? checkLabel(value) : null;
  return wrong === null
    ? []
    : [
        problem(
          'error',
          'label',
          ['Label'],
          `Label "${value}" cannot be used: ${wrong}.`,
          'Choose another label.',
        ),
      ];
}

function checkProgram(value: PlistValue): readonly KeyProblem[] {
  if (value === '')
    return [empty(['Program'], 'Program is empty.', 'Give the absolute path of the executable.')];
  return typeof value === 'string' && !value.startsWith('/')
    ? [relative('error', ['Program'], value, 'launchd wants an absolute path here')]
    : [];
}

/** Without Program, the first argument is the executable: an absolute path, or a bare name that launchd looks up. */
function checkArguments(value: PlistValue, plist: PlistDict): readonly KeyProblem[] {
  if (!isArray(value)) return [];
  if (value.length === 0)
    return [
      empty(
        ['ProgramArguments'],
        'ProgramArguments has no element, so there is nothing to run.',
        'Give the program’s path and its arguments.',
      ),
    ];
  const first = value[0];
  if (plist.entries['Program'] !== undefined || typeof first !== 'string') return [];
  const path = ['ProgramArguments', '0'];
  if (first === '') return [empty(path, 'The program’s path is empty.', 'Give its absolute path.')];
  return first.startsWith('~') || (first.includes('/') && !first.startsWith('/'))
    ? [relative('error', path, first, 'launchd starts no relative path and expands no tilde')]
    : [];
}

function absolutePaths(value: PlistValue, path: readonly string[]): readonly KeyProblem[] {
  return isArray(value) ? value.flatMap((item, index) => absolutePath(item, [...path, `${index}`])) : [];
}

function absolutePath(value: PlistValue, path: readonly string[]): readonly KeyProblem[] {
  return typeof value === 'string' && !value.startsWith('/')
    ? [relative('warning', path, value, 'launchd takes it as it stands')]
    : [];
}

/** Log paths may be relative to the working directory, but a tilde stays a tilde. */
function noTilde(value: PlistValue, path: readonly string[]): readonly KeyProblem[] {
  return typeof value === 'string' && value.startsWith('~')
    ? [relative('warning', path, value, 'launchd does not promise to expand the tilde')]
    : [];
}

function checkVariables(value: PlistValue): readonly KeyProblem[] {
  if (!isDict(value)) return [];
  return Object.keys(value.entries)
    .filter((name) => name === '' || name.includes('='))
    .map((name) =>
      problem(
        'error',
        'variable-name',
        ['EnvironmentVariables', name],
        `"${name}" cannot be the name of an environment variable.`,
        'A name is not empty and has no =.',
      ),
    );
}

function checkUmask(value: PlistValue): readonly KeyProblem[] {
  if (typeof value !== 'string') return [];
  const mask = parseUmask(value);
  if (mask === null)
    return [
      problem(
        'error',
        'umask',
        ['Umask'],
        `Umask "${value}" is no mask from 0 to 0777.`,
        'Write it in octal: "022".',
      ),
    ];
  return /^[1-9]/.test(value)
    ? [
        problem(
          'warning',
          'umask',
          ['Umask'],
          `Umask "${value}" is read as a decimal number, which is ${formatUmask(mask)} in octal.`,
          `Write "0${value}" if you meant octal digits.`,
        ),
      ]
    : [];
}

function checkKeepAlive(value: PlistValue): readonly KeyProblem[] {
  if (!isDict(value)) return [];
  const problems: KeyProblem[] = [];
  if (Object.keys(value.entries).length === 0)
    problems.push(
      problem(
        'warning',
        'no-condition',
        ['KeepAlive'],
        'KeepAlive without a condition keeps nothing alive.',
        'Leave it out, or write true.',
      ),
    );
  const paths = value.entries['PathState'];
  if (isDict(paths))
    for (const path of Object.keys(paths.entries))
      problems.push(...absolutePath(path, ['KeepAlive', 'PathState', path]));
  return problems;
}

function checkExitTimeOut(value: PlistValue): readonly KeyProblem[] {
  return value === 0
    ? [
        problem(
          'warning',
          'never-killed',
          ['ExitTimeOut'],
          'ExitTimeOut 0 means that launchd waits for ever: a process that ignores SIGTERM cannot be stopped or replaced.',
          'Give the seconds that the program needs to end.',
        ),
      ]
    : [];
}

function checkCalendar(value: PlistValue): readonly KeyProblem[] {
  if (isArray(value) && value.length === 0)
    return [
      empty(
        ['StartCalendarInterval'],
        'StartCalendarInterval has no entry, so it starts nothing.',
        'Leave it out.',
      ),
    ];
  const entries = isArray(value)
    ? value.map((entry, index) => ({ entry, path: ['StartCalendarInterval', `${index}`] }))
    : [{ entry: value, path: ['StartCalendarInterval'] }];
  return entries
    .filter(({ entry }) => isDict(entry) && Object.keys(entry.entries).length === 0)
    .map(({ path }) =>
      problem(
        'warning',
        'every-minute',
        path,
        'A calendar entry without a field means every minute.',
        'Give Minute, Hour, Day, Weekday or Month, or use StartInterval: 60.',
      ),
    );
}

function empty(path: readonly string[], message: string, hint: string): KeyProblem {
  return problem('error', 'empty', path, message, hint);
}

function relative(
  severity: 'error' | 'warning',
  path: readonly string[],
  value: string,
  why: string,
): KeyProblem {
  return problem(
    severity,
    'relative-path',
    path,
    `"${value}" is not an absolute path, and ${why}.`,
    'Write the whole path, from the first slash on.',
  );
}
