import { posix } from 'node:path';
import type { PathLook, ReadLook, Requirements, StreamLook } from '../model/requirements.ts';
import type { LastExit } from '../model/service.ts';
import { quoteForShell } from '../model/shell.ts';
import { COULD_NOT_START, type Finding, isMissing, NOT_STARTED, user, warning } from './finding.ts';
import { aboutProgram } from './program-findings.ts';

/**
 * What launchd would stumble over, most likely first. It accepts such a job all the same (bootstrap answers 0) and only
 * then fails to start it, with the exit code 78 and nothing in any log (facts §2.4, §6 rows 11 and 44): hence warnings.
 * What cannot be told (`hidden`, an unknown permission) is passed over in silence.
 */
export function judgeRequirements(needs: Requirements, name: string): readonly Finding[] {
  return [
    ...(needs.program === null ? [] : aboutProgram(needs.program, needs)),
    ...(needs.workingDirectory === null ? [] : aboutFolder(needs.workingDirectory, needs)),
    ...(needs.reads ?? []).flatMap((read) => aboutRead(read, needs)),
    ...needs.streams.flatMap((stream) => aboutStream(stream, needs, name)),
    ...needs.watched.flatMap((look) => aboutWatched('WatchPaths', look)),
    ...needs.queues.flatMap((look) => aboutWatched('QueueDirectories', look)),
  ];
}

/**
 * What is most likely behind this exit of a job. Null: it says something else, or nothing was found. Of a job that could
 * not be started although all is there, macOS may keep a folder from it that people may enter (facts §6 row 11).
 */
export function whyEnded(
  findings: readonly Finding[],
  needs: Requirements,
  lastExit: LastExit | null,
): Finding | null {
  if (lastExit === null || !('code' in lastExit)) return null;
  const found = findings.find(({ exit }) => exit === lastExit.code);
  return found ?? (lastExit.code === COULD_NOT_START ? aboutGuarded(needs) : null);
}

/** Folders that macOS guards by asking the person, and volumes that may not be mounted yet. */
const GUARDED =
  /^(?:\/Users\/[^/]+\/(?:Desktop|Documents|Downloads|Library\/Mobile Documents|Library\/CloudStorage)|\/Volumes)\//;

function aboutGuarded({ program, workingDirectory, streams }: Requirements): Finding | null {
  const looks = [program?.look, workingDirectory, ...streams.map(({ look }) => look)];
  const path = looks.find((look) => look != null && GUARDED.test(`${look.path}/`))?.path;
  if (path === undefined) return null;
  return warning(
    'guarded-folder',
    path.startsWith('/Volumes/')
      ? `${path} is on another volume, which launchd may not have or not be let into`
      : `${path} is in a folder that macOS guards, and nobody can be asked when launchd wants to enter it`,
    () => 'so launchd may not be able to start it',
    'Move it out of there, or let its program in: System Settings > Privacy & Security > Full Disk Access.',
  );
}

function aboutFolder(look: PathLook, needs: Requirements): readonly Finding[] {
  const { path } = look;
  if (look.kind === 'hidden') return [];
  if (look.kind === 'missing')
    return [
      warning(
        'working-dir-missing',
        `The working directory ${isMissing(look)}`,
        NOT_STARTED,
        look.symlink
          ? `See where it leads with \`ls -l ${quoteForShell(path)}\`, and mend it.`
          : `Run \`mkdir -p ${quoteForShell(path)}\`.`,
      ),
    ];
  if (look.kind !== 'folder')
    return [
      warning(
        'working-dir-not-a-folder',
        `The working directory ${path} is not a folder`,
        NOT_STARTED,
        `Name another folder; see what is there with \`ls -l ${quoteForShell(path)}\`.`,
      ),
    ];
  if (look.may.execute !== false) return [];
  return [
    warning(
      'working-dir-closed',
      `The working directory ${path} may not be entered by ${user(needs)}`,
      NOT_STARTED,
      `See who may with \`ls -ld ${quoteForShell(path)}\`.`,
    ),
  ];
}

const ENDS_AT_ONCE: Finding['effect'] = (who) =>
  `so ${who} will end at its start with exit code 78 (EX_CONFIG) and say so on its standard error`;

/** What the wrapper reads: it must be there for the job, and for nobody else. */
function aboutRead({ look, secret, problem }: ReadLook, needs: Requirements): readonly Finding[] {
  const { path } = look;
  const what = secret === null ? 'The env_file' : `The file of the secret ${secret},`;
  if (look.kind === 'hidden') return [];
  if (look.kind === 'missing')
    return [
      warning(
        'secret-missing',
        `${what} ${isMissing(look)}`,
        ENDS_AT_ONCE,
        `Put it there, for you alone: \`(umask 077; cat > ${quoteForShell(path)})\`.`,
      ),
    ];
  if (look.kind !== 'file')
    return [
      warning('secret-not-a-file', `${what} ${path} is no file`, ENDS_AT_ONCE, 'Name a file that holds it.'),
    ];
  if (look.may.read === false)
    return [
      warning(
        'secret-unreadable',
        `${what} ${path} may not be read by ${user(needs)}`,
        ENDS_AT_ONCE,
        `Run \`${look.uid === needs.runner.uid ? 'chmod u+r' : `sudo chown ${needs.runner.uid}`} ${quoteForShell(path)}\`.`,
      ),
    ];
  const found =
    problem === null
      ? []
      : [
          warning(
            'env-file-invalid',
            `Line ${problem.line} of the env_file ${path} ${problem.what} (column ${problem.column})`,
            ENDS_AT_ONCE,
            'Correct that line: NAME=value, the value in quotes where it has blanks; comments begin with `#`.',
          ),
        ];
  return [...found, ...aboutOthers(what, look, needs).map((each) => ({ ...each, exit: null }))];
}

/** Who else can read what a job reads, or write it for the job. */
function aboutOthers(
  what: string,
  { path, mode, uid }: PathLook,
  { runner }: Requirements,
): readonly Finding[] {
  const isOwn = uid === runner.uid;
  if (!isOwn && uid !== null && uid !== 0 && runner.uid !== null)
    return [
      warning(
        'secret-foreign',
        `${what} ${path} belongs to another user (uid ${uid})`,
        (who) => `so that user decides what ${who} reads from it`,
        `Run \`sudo chown ${runner.uid} ${quoteForShell(path)}\`.`,
      ),
    ];
  // What a group may read is meant for it where the job is no owner: a daemon's user, and a file of root's.
  if (mode === null || (mode & (isOwn ? 0o077 : 0o027)) === 0) return [];
  return [
    warning(
      'secret-open',
      `${what} ${path} can be read or changed by others (mode ${mode.toString(8).padStart(4, '0')})`,
      (who) => `so what ${who} reads from it is no secret`,
      `Run \`chmod ${isOwn ? 'go=' : 'g-w,o='} ${quoteForShell(path)}\`.`,
    ),
  ];
}

/** A file of `restart_on`: without it the job runs, but nothing of it restarts the job. */
export function aboutTrigger({ path, kind, symlink, may }: PathLook): readonly Finding[] {
  const finding = (code: string, which: string, effect: Finding['effect'], hint: string): Finding => ({
    ...warning(code, `\`restart_on\` names ${path}, which ${which}`, effect, hint),
    exit: null,
  });
  const never: Finding['effect'] = (who) => `so no change of it restarts ${who}`;
  const see = (what: string): string => `see what is there with \`ls -ld ${quoteForShell(what)}\`.`;
  switch (kind) {
    case 'hidden':
      return [];
    case 'file':
      if (may.read !== false) return [];
      return [finding('trigger-unreadable', 'may not be read', never, `Correct its mode; ${see(path)}`)];
    case 'missing':
      return [
        finding(
          'trigger-missing',
          symlink ? 'is a symbolic link that leads nowhere' : 'is not there',
          (who) => `so ${who} is restarted only once it comes`,
          /[*?[]/.test(path)
            ? 'A pattern is not expanded here: name the files, each by itself.'
            : `Correct the path, or take it out; ${see(posix.dirname(path))}`,
        ),
      ];
    case 'folder':
      return [finding('trigger-not-a-file', 'is a folder', never, 'Name the files in it, each by itself.')];
    case 'other':
      return [finding('trigger-not-a-file', 'is no file', never, `Name a file; ${see(path)}`)];
  }
}

const STREAMS: Readonly<Record<StreamLook['key'], string>> = {
  StandardInPath: 'standard input',
  StandardOutPath: 'standard output',
  StandardErrorPath: 'standard error',
};

function aboutStream(
  { key, look, folder }: StreamLook,
  needs: Requirements,
  name: string,
): readonly Finding[] {
  const { path } = look;
  const what = `its ${STREAMS[key]}`;
  if (key === 'StandardInPath') {
    if (look.kind !== 'missing') return [];
    const cause = `${isMissing(look)}, and ${name} is to read ${what} from it`;
    return [
      warning(
        'stdin-missing',
        cause,
        NOT_STARTED,
        `Run \`touch ${quoteForShell(path)}\`, or leave \`stdin\` out.`,
      ),
    ];
  }
  switch (look.kind) {
    case 'hidden':
    case 'other':
      return [];
    case 'folder':
      return [
        warning(
          'log-is-a-folder',
          `${path} is a folder, and ${name} is to write ${what} to it`,
          NOT_STARTED,
          `Name a file in it, such as ${path.replace(/\/$/, '')}/out.log.`,
        ),
      ];
    case 'file':
      if (look.may.write !== false) return [];
      return [
        warning(
          'log-unwritable',
          `${user(needs)} may not write the log ${path}${look.uid === null || look.uid === needs.runner.uid ? '' : `, which belongs to uid ${look.uid}`}`,
          NOT_STARTED,
          `Run \`${look.uid === needs.runner.uid ? 'chmod u+w' : `sudo chown ${needs.runner.uid}`} ${quoteForShell(path)}\`.`,
        ),
      ];
    case 'missing':
      return folder === null ? [] : aboutLogFolder(path, folder, needs);
  }
}

function aboutLogFolder(path: string, folder: PathLook, needs: Requirements): readonly Finding[] {
  if (folder.kind === 'file' || folder.kind === 'other')
    return [
      warning(
        'log-folder-not-a-folder',
        `The log ${path} cannot be made, since ${folder.path} is not a folder`,
        NOT_STARTED,
        `Name another log; see what is there with \`ls -l ${quoteForShell(folder.path)}\`.`,
      ),
    ];
  if (folder.kind !== 'folder' || (folder.may.write !== false && folder.may.execute !== false)) return [];
  return [
    warning(
      'log-folder-unwritable',
      `The log ${path} cannot be made, since ${user(needs)} may not write to ${folder.path}`,
      NOT_STARTED,
      `Choose a folder that it may write to, or run \`sudo chown ${needs.runner.uid} ${quoteForShell(folder.path)}\` if that folder is its own.`,
    ),
  ];
}

/** launchd waits for it to come, which may be what is meant: a note, not a warning. */
function aboutWatched(key: 'WatchPaths' | 'QueueDirectories', look: PathLook): readonly Finding[] {
  if (look.kind !== 'missing') return [];
  return [
    {
      code: key === 'WatchPaths' ? 'preflight/watch-missing' : 'preflight/queue-missing',
      severity: 'info',
      exit: null,
      cause: `${key} names ${look.path}, which is not there`,
      effect: (who) => `so it starts ${who} only once that is made`,
      hint:
        key === 'WatchPaths'
          ? `If that is a slip, correct it; see what is there with \`ls -ld ${quoteForShell(posix.dirname(look.path))}\`.`
          : `Run \`mkdir -p ${quoteForShell(look.path)}\`.`,
    },
  ];
}
