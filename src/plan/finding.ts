import type { Severity } from '../model/diagnostic.ts';
import type { PathLook, Requirements } from '../model/requirements.ts';

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
  /** What comes of it, as the second half of that sentence, for the jobs with these names. */
  readonly effect: (who: string) => string;
  /** What to do next, with the command in back quotes: a sentence. */
  readonly hint: string;
}

/** The effect of nearly all of them. */
export const NOT_STARTED: Finding['effect'] = (who) =>
  `so launchd cannot start ${who} and will report exit code 78 (EX_CONFIG)`;

/** Something by which launchd cannot start the job. `code` without its area. */
export function warning(code: string, cause: string, effect: Finding['effect'], hint: string): Finding {
  return { code: `preflight/${code}`, severity: 'warning', exit: COULD_NOT_START, cause, effect, hint };
}

/** The first words on a path that leads to nothing. */
export function isMissing({ path, symlink }: PathLook): string {
  return symlink ? `${path} is a symbolic link that leads nowhere` : `${path} is not there`;
}

/** Who runs the job, as a part of a sentence. */
export function user({ runner }: Requirements): string {
  return runner.uid === 0 ? 'root' : `the user with uid ${runner.uid}`;
}
