import { posix } from 'node:path';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { type ReadsAtStart, unwrap } from './wrapper.ts';

/** Where launchd looks up a bare program name, and the PATH of a job that has none of its own (facts §1, §2.8). */
export const DEFAULT_PATH: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** A file that launchd opens for a job before it starts it. */
export interface StreamNeed {
  readonly key: 'StandardInPath' | 'StandardOutPath' | 'StandardErrorPath';
  readonly path: string;
}

/** What launchd needs of the machine to start a job, as its plist names it. Only what can be looked for is here. */
export interface Needs {
  /** An absolute path, or a bare name that launchd looks up in `DEFAULT_PATH`. */
  readonly program: string | null;
  /** `env NAME …` as the command: the name that env looks up in `path`. */
  readonly envName: string | null;
  readonly workingDirectory: string | null;
  readonly streams: readonly StreamNeed[];
  readonly watched: readonly string[];
  readonly queues: readonly string[];
  /** The folders of the job's own PATH. */
  readonly path: readonly string[];
  /** What the wrapper reads before the program starts; null: there is none. */
  readonly reads: ReadsAtStart | null;
  /** UserName, which counts in the system domain only. */
  readonly userName: string | null;
}

const STREAMS = ['StandardInPath', 'StandardOutPath', 'StandardErrorPath'] as const;

/**
 * Reads a plist. Paths that launchd would not take as they stand (relative ones) are left out, as is everything of a job
 * with another root, or with a program that is found in some other way.
 */
export function needsOf(given: PlistDict): Needs {
  const { plist, reads } = unwrap(given);
  const { entries } = plist;
  const args = texts(entries['ProgramArguments']);
  const named = text(entries['Program']) ?? args[0] ?? null;
  const isElsewhere = entries['RootDirectory'] !== undefined;
  const isFoundOtherwise = entries['BundleProgram'] !== undefined || entries['EnableGlobbing'] === true;
  const usable = named !== null && (posix.isAbsolute(named) || !named.includes('/')) ? named : null;
  const program = isElsewhere || isFoundOtherwise || usable === '' ? null : usable;
  const environment = entries['EnvironmentVariables'];
  const ownPath = isDict(environment) ? text(environment.entries['PATH']) : null;
  const folder = text(entries['WorkingDirectory']);
  return {
    program,
    envName: program !== null && isEnv(program) ? nameForEnv(args.slice(1)) : null,
    workingDirectory: isElsewhere || folder === null || !posix.isAbsolute(folder) ? null : folder,
    streams: isElsewhere ? [] : STREAMS.flatMap((key) => streamOf(key, text(entries[key]), folder)),
    watched: absolute(texts(entries['WatchPaths'])),
    queues: absolute(texts(entries['QueueDirectories'])),
    path: ownPath === null ? DEFAULT_PATH : ownPath.split(':').filter((part) => posix.isAbsolute(part)),
    reads,
    userName: text(entries['UserName']),
  };
}

/** The first line of a script, as the kernel reads it. `name`: what `env` is asked to look up. */
export interface Shebang {
  readonly interpreter: string;
  readonly name: string | null;
}

/**
 * Reads the first bytes of a file; null when they do not begin with `#!` and an interpreter. A carriage return stays part
 * of the name, as it does for the kernel.
 */
export function readShebang(head: Uint8Array): Shebang | null {
  const line = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(new TextDecoder('latin1').decode(head));
  if (line === null) return null;
  const [, interpreter = '', rest = ''] = line;
  const words = rest.split(/[ \t]+/).filter((word) => word !== '');
  return { interpreter, name: isEnv(interpreter) ? nameForEnv(words) : null };
}

/** Whether the kernel itself can execute it: a binary has a NUL among its first bytes, a text has none. */
export function isText(head: Uint8Array): boolean {
  return !head.includes(0);
}

function isEnv(program: string): boolean {
  return program === '/usr/bin/env' || program === '/bin/env' || program === 'env';
}

/**
 * The name that `env` looks up in the PATH of the job. Null when it is a path, or when an option or a variable of the
 * command line changes where it looks.
 */
function nameForEnv(words: readonly string[]): string | null {
  for (const word of words) {
    if (word === '-S' || word === '--') continue;
    if (word.startsWith('-') || word.startsWith('PATH=')) return null;
    if (word.includes('=')) continue;
    return word.includes('/') ? null : word;
  }
  return null;
}

/** A relative log belongs to the working directory. */
function streamOf(key: StreamNeed['key'], path: string | null, folder: string | null): readonly StreamNeed[] {
  if (path === null || path === '') return [];
  if (posix.isAbsolute(path)) return [{ key, path }];
  return folder !== null && posix.isAbsolute(folder) ? [{ key, path: posix.join(folder, path) }] : [];
}

function text(value: PlistValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function texts(value: PlistValue | undefined): readonly string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function absolute(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => posix.isAbsolute(path));
}
