import { posix } from 'node:path';
import type { Severity } from '../model/diagnostic.ts';
import type { Lookup, PathLook, ProgramLook, Requirements, StreamLook } from '../model/requirements.ts';
import type { LastExit } from '../model/service.ts';

/** EX_CONFIG: what launchd notes when it could not start a program at all (facts §2.4). */
export const COULD_NOT_START = 78;
/** What `env` ends with when the PATH does not have the name. */
export const NOT_FOUND = 127;

/** Something that a job needs and that is not as it must be. */
export interface Finding {
  readonly code: string;
  readonly severity: Extract<Severity, 'warning' | 'info'>;
  /** The exit code by which launchd or `env` tells of it; null: the job is started all the same. */
  readonly exit: typeof COULD_NOT_START | typeof NOT_FOUND | null;
  /** What is wrong: a sentence without its full stop. */
  readonly cause: string;
  /** What comes of it, as the second half of that sentence. */
  readonly effect: string;
  /** What to do next, with the command in back quotes: a sentence. */
  readonly hint: string;
}

/**
 * What launchd would stumble over, most likely first. It accepts such a job all the same (bootstrap answers 0) and only
 * then fails to start it, with the exit code 78 and nothing in any log (facts §2.4, §6 rows 11 and 44): hence warnings.
 * What cannot be told (`hidden`, an unknown permission) is passed over in silence.
 */
export function judgeRequirements(needs: Requirements, name: string): readonly Finding[] {
  return [
    ...(needs.program === null ? [] : aboutProgram(needs.program, needs, name)),
    ...(needs.workingDirectory === null ? [] : aboutFolder(needs.workingDirectory, needs, name)),
    ...needs.streams.flatMap((stream) => aboutStream(stream, needs, name)),
    ...needs.watched.flatMap((look) => aboutWatched('WatchPaths', look, name)),
    ...needs.queues.flatMap((look) => aboutWatched('QueueDirectories', look, name)),
  ];
}

/** What is most likely behind this exit of a job; null: it says something else, or nothing was found. */
export function whyEnded(findings: readonly Finding[], lastExit: LastExit | null): Finding | null {
  if (lastExit === null || !('code' in lastExit)) return null;
  return findings.find(({ exit }) => exit === lastExit.code) ?? null;
}

const NOT_STARTED = (name: string): string =>
  `so launchd cannot start ${name} and will report exit code 78 (EX_CONFIG)`;

function warning(code: string, cause: string, effect: string, hint: string): Finding {
  return { code: `preflight/${code}`, severity: 'warning', exit: COULD_NOT_START, cause, effect, hint };
}

function aboutProgram(program: ProgramLook, needs: Requirements, name: string): readonly Finding[] {
  const { look, lookup, form, byName } = program;
  if (look === null) {
    if (lookup === null || lookup.unsure) return [];
    return [
      warning(
        'program-missing',
        `${lookup.name} is in none of ${lookup.folders.join(':')}, where launchd looks a bare name up`,
        NOT_STARTED(name),
        `Write its path in full; \`command -v ${word(lookup.name)}\` tells it.`,
      ),
    ];
  }
  const wrong = wrongFile(look, needs, 'program', name) ?? wrongForm(look.path, form, needs, name);
  if (wrong !== null) return [wrong];
  return byName === null || byName.found !== null || byName.unsure ? [] : [notFoundByEnv(byName, look.path)];
}

/** The program or its interpreter: not there, no file, or not to be executed. */
function wrongFile(
  look: PathLook,
  needs: Requirements,
  what: 'program' | 'interpreter',
  name: string,
): Finding | null {
  const { path } = look;
  switch (look.kind) {
    case 'hidden':
      return null;
    case 'missing':
      return warning(
        `${what}-missing`,
        isMissing(look),
        NOT_STARTED(name),
        look.symlink
          ? `See where it leads with \`ls -l ${word(path)}\`, and mend it.`
          : `Install it, or correct its path; \`ls -l ${word(path)}\` shows when it is there.`,
      );
    case 'folder':
    case 'other':
      return warning(
        `${what}-not-a-file`,
        `${path} is ${look.kind === 'folder' ? 'a folder' : 'no regular file'}`,
        NOT_STARTED(name),
        `Name the program itself; look with \`ls -la ${word(path)}\`.`,
      );
    case 'file': {
      if (look.may.execute !== false) return null;
      const nobody = look.mode !== null && (look.mode & 0o111) === 0;
      return warning(
        `${what}-not-executable`,
        nobody ? `${path} is not executable` : `${path} may not be executed by ${user(needs)}`,
        NOT_STARTED(name),
        nobody
          ? `Run \`chmod +x ${word(path)}\`.`
          : `See who may run it and enter its folders: \`ls -ld ${word(path)}\`.`,
      );
    }
  }
}

function wrongForm(
  path: string,
  form: ProgramLook['form'],
  needs: Requirements,
  name: string,
): Finding | null {
  if (form === null || form.form === 'binary') return null;
  if (form.form === 'text')
    return warning(
      'no-interpreter-line',
      `${path} is a text that does not begin with #! and an interpreter`,
      NOT_STARTED(name),
      `Put \`#!/bin/sh\`, or whatever runs it, into its first line; see it with \`head -1 ${word(path)}\`.`,
    );
  const { interpreter, byName } = form;
  const wrong = wrongFile(interpreter, needs, 'interpreter', name);
  if (wrong !== null) {
    const windows = interpreter.path.endsWith('\r');
    return {
      ...wrong,
      cause: `${path} wants to be run by ${interpreter.path.trimEnd()}, but ${windows ? 'its first line ends as on Windows' : wrong.cause}`,
      hint: windows ? `Give it the line ends of Unix: \`perl -pi -e 's/\\r$//' ${word(path)}\`.` : wrong.hint,
    };
  }
  if (byName === null || byName.found !== null || byName.unsure) return null;
  return notFoundByEnv(byName, path);
}

/** `env` is started, does not find the name, and ends with 127. */
function notFoundByEnv(lookup: Lookup, path: string): Finding {
  const name = lookup.name.trimEnd();
  return {
    code: 'preflight/interpreter-missing',
    severity: 'warning',
    exit: NOT_FOUND,
    cause: `${path} is to run ${name}, which is in none of ${lookup.folders.join(':')}, the PATH of this job`,
    effect: 'so it will end with exit code 127',
    hint: `Add its folder with \`path: [FOLDER]\`; \`command -v ${word(name)}\` tells it.`,
  };
}

function aboutFolder(look: PathLook, needs: Requirements, name: string): readonly Finding[] {
  const { path } = look;
  if (look.kind === 'hidden') return [];
  if (look.kind === 'missing')
    return [
      warning(
        'working-dir-missing',
        `The working directory ${isMissing(look)}`,
        NOT_STARTED(name),
        look.symlink
          ? `See where it leads with \`ls -l ${word(path)}\`, and mend it.`
          : `Run \`mkdir -p ${word(path)}\`.`,
      ),
    ];
  if (look.kind !== 'folder')
    return [
      warning(
        'working-dir-not-a-folder',
        `The working directory ${path} is not a folder`,
        NOT_STARTED(name),
        `Name another folder; see what is there with \`ls -l ${word(path)}\`.`,
      ),
    ];
  if (look.may.execute !== false) return [];
  return [
    warning(
      'working-dir-closed',
      `The working directory ${path} may not be entered by ${user(needs)}`,
      NOT_STARTED(name),
      `See who may with \`ls -ld ${word(path)}\`.`,
    ),
  ];
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
        NOT_STARTED(name),
        `Run \`touch ${word(path)}\`, or leave \`stdin\` out.`,
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
          NOT_STARTED(name),
          `Name a file in it, such as ${path.replace(/\/$/, '')}/out.log.`,
        ),
      ];
    case 'file':
      if (look.may.write !== false) return [];
      return [
        warning(
          'log-unwritable',
          `${user(needs)} may not write the log ${path}${look.uid === null || look.uid === needs.runner.uid ? '' : `, which belongs to uid ${look.uid}`}`,
          NOT_STARTED(name),
          `Run \`${look.uid === needs.runner.uid ? 'chmod u+w' : `sudo chown ${needs.runner.uid}`} ${word(path)}\`.`,
        ),
      ];
    case 'missing':
      return folder === null ? [] : aboutLogFolder(path, folder, needs, name);
  }
}

function aboutLogFolder(
  path: string,
  folder: PathLook,
  needs: Requirements,
  name: string,
): readonly Finding[] {
  if (folder.kind === 'file' || folder.kind === 'other')
    return [
      warning(
        'log-folder-not-a-folder',
        `The log ${path} cannot be made, since ${folder.path} is not a folder`,
        NOT_STARTED(name),
        `Name another log; see what is there with \`ls -l ${word(folder.path)}\`.`,
      ),
    ];
  if (folder.kind !== 'folder' || (folder.may.write !== false && folder.may.execute !== false)) return [];
  return [
    warning(
      'log-folder-unwritable',
      `The log ${path} cannot be made, since ${user(needs)} may not write to ${folder.path}`,
      NOT_STARTED(name),
      `Choose a folder that it may write to, or run \`sudo chown ${needs.runner.uid} ${word(folder.path)}\` if that folder is its own.`,
    ),
  ];
}

/** launchd waits for it to come, which may be what is meant: a note, not a warning. */
function aboutWatched(
  key: 'WatchPaths' | 'QueueDirectories',
  look: PathLook,
  name: string,
): readonly Finding[] {
  if (look.kind !== 'missing') return [];
  return [
    {
      code: key === 'WatchPaths' ? 'preflight/watch-missing' : 'preflight/queue-missing',
      severity: 'info',
      exit: null,
      cause: `${key} names ${look.path}, which is not there`,
      effect: `so it starts ${name} only once that is made`,
      hint:
        key === 'WatchPaths'
          ? `If that is a slip, correct it; see what is there with \`ls -ld ${word(posix.dirname(look.path))}\`.`
          : `Run \`mkdir -p ${word(look.path)}\`.`,
    },
  ];
}

function isMissing({ path, symlink }: PathLook): string {
  return symlink ? `${path} is a symbolic link that leads nowhere` : `${path} is not there`;
}

function user({ runner }: Requirements): string {
  return runner.uid === 0 ? 'root' : `the user with uid ${runner.uid}`;
}

/** As it must be typed in a shell. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
