import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigSource, SourceReading } from '../config/source.ts';
import { expandGlob } from './glob.ts';

/** Interface §1: larger files are refused before anything is parsed. */
const SIZE_LIMIT = 4 * 1024 * 1024;

export interface ConfigSourceOptions {
  /** What came on standard input, for the path `-`. */
  readonly stdin?: string;
  /** Of this process. As root, files that others can write are refused. */
  readonly uid: number;
  /** Who called us through sudo, or null. */
  readonly invokingUid: number | null;
}

/** The files of a configuration, as `config/load.ts` asks for them. Nothing is thrown: every failure is a reason. */
export function createConfigSource(options: ConfigSourceOptions): ConfigSource {
  return {
    read: (path) => (path === '-' ? readStandardInput(options) : readConfigFile(path, options)),
    glob: expandGlob,
  };
}

/** From `SUDO_UID`; null without sudo. */
export function invokingUid(env: Readonly<Record<string, string | undefined>>): number | null {
  const text = env['SUDO_UID'] ?? '';
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function readStandardInput({ stdin }: ConfigSourceOptions): SourceReading {
  if (stdin === undefined) return refused('missing', 'Nothing came on standard input.');
  if (Buffer.byteLength(stdin) > SIZE_LIMIT) return tooLarge('Standard input');
  return { ok: true, text: stdin, realPath: '<stdin>' };
}

function readConfigFile(path: string, options: ConfigSourceOptions): SourceReading {
  let descriptor: number | undefined;
  try {
    const realPath = resolveReal(path);
    // To open one waits for a writer, and nothing could end that.
    if (statSync(realPath).isFIFO() && !/^\/(?:dev\/fd|proc)\//.test(realPath))
      return refused(
        'unreadable',
        `${path} is a pipe with a name, not a file.`,
        `Read it with \`-f - < ${path}\`.`,
      );
    descriptor = openSync(realPath, 'r');
    const stat = fstatSync(descriptor);
    if (stat.isDirectory())
      return refused('unreadable', `${path} is a folder, not a file.`, 'Name the file in it.');
    if (stat.isFile() && stat.size > SIZE_LIMIT) return tooLarge(path);
    // A pipe that the caller's shell opened is as much its word as standard input is.
    const isChecked = options.uid === 0 && !stat.isFIFO();
    const distrust = isChecked ? whyUntrusted(path, realPath, stat, options.invokingUid) : null;
    if (distrust !== null) return refused('untrusted', distrust);
    const bytes = readUpTo(descriptor, SIZE_LIMIT + 1);
    if (bytes.length > SIZE_LIMIT) return tooLarge(path);
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), realPath };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return refused('missing', `There is no file ${path}.`);
    if (code === 'EACCES')
      return refused('unreadable', `You may not read ${path}.`, `See who may: \`ls -ld ${path}\`.`);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return refused(
        'unreadable',
        `${path} is not text in UTF-8.`,
        'Check that it is the right file, or save it as UTF-8.',
      );
    if (code === 'ELOOP')
      return refused(
        'unreadable',
        `${path} is a symbolic link that leads back to itself.`,
        `See where it leads: \`ls -l ${path}\`.`,
      );
    return refused('unreadable', `${path} cannot be read: ${message}.`, `Look at it: \`ls -ld ${path}\`.`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A pipe of a shell, `/dev/fd/63`, is there and can be read, but its link leads to no path (`pipe:[4711]`). */
function resolveReal(path: string): string {
  const real = realpathSync(path);
  return existsSync(real) ? real : path;
}

/** Also from a pipe, such as `<(…)` of a shell, whose size nobody knows beforehand. */
function readUpTo(descriptor: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  for (let left = limit; left > 0; ) {
    const chunk = Buffer.alloc(Math.min(left, 64 * 1024));
    const size = readSync(descriptor, chunk);
    if (size === 0) break;
    chunks.push(chunk.subarray(0, size));
    left -= size;
  }
  return Buffer.concat(chunks);
}

/**
 * Why root cannot be sure of what a job of its own would read or run there: the file, its folder or one above could be
 * changed by somebody else. Null: it is root's alone. Of a folder: of what lies in it.
 */
export function whyNotRoots(path: string): string | null {
  try {
    const realPath = realpathSync(path);
    return whyUntrusted(path, realPath, statSync(realPath), null);
  } catch (error) {
    return `${path} cannot be looked at: ${(error as Error).message}.`;
  }
}

/**
 * Root acts on what it reads, so nobody else may be able to change it: the file and its folder belong to root or to who
 * called sudo and are writable by the owner alone, and nobody else can put another folder in the place of one above. Where
 * `path` is a link, the same holds for the folder that the link stands in, since who can write there can point it elsewhere.
 */
function whyUntrusted(path: string, realPath: string, file: Stats, invoking: number | null): string | null {
  const trusts = (uid: number): boolean => uid === 0 || uid === invoking;
  const what = (path: string, stat: Stats): string | null =>
    !trusts(stat.uid)
      ? `${path} belongs to uid ${stat.uid}, so root does not act on it.`
      : (stat.mode & 0o022) !== 0
        ? `${path} can be written by others (mode ${(stat.mode & 0o777).toString(8)}), so root does not act on it.`
        : null;
  const wayTo = (folder: string): string | null => {
    const direct = what(folder, statSync(folder));
    if (direct !== null) return direct;
    for (let above = dirname(folder); ; above = dirname(above)) {
      const stat = statSync(above);
      // In a sticky folder such as /tmp nobody can move away what is not theirs.
      const problem = (stat.mode & 0o1000) === 0 || !trusts(stat.uid) ? what(above, stat) : null;
      if (problem !== null || above === dirname(above)) return problem;
    }
  };
  const folder = file.isDirectory() ? realPath : dirname(realPath);
  const standing = resolveReal(dirname(resolve(path)));
  return what(realPath, file) ?? wayTo(folder) ?? (standing === folder ? null : wayTo(standing));
}

function refused(
  reason: 'missing' | 'unreadable' | 'untrusted',
  message: string,
  hint?: string,
): SourceReading {
  return { ok: false, reason, message, ...(hint === undefined ? {} : { hint }) };
}

function tooLarge(name: string): SourceReading {
  return { ok: false, reason: 'too-large', message: `${name} is larger than 4 MB.` };
}
