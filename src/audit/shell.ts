import { posix } from 'node:path';
import type { AuditedJob } from './job.ts';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'csh', 'tcsh', 'fish']);

/** A job that runs through a shell. */
export interface ShellUse {
  readonly shell: string;
  /** The commands behind `-c`, with their place among the arguments; null when a file is run. */
  readonly commands: { readonly index: number; readonly text: string } | null;
  /** The script that is run; null with `-c`. */
  readonly script: { readonly index: number; readonly path: string } | null;
}

/** Null when the program is no shell. */
export function shellUse(job: AuditedJob): ShellUse | null {
  const { program, words } = job;
  const shell = program === null ? '' : posix.basename(program);
  const viaEnv = shell === 'env' ? words.findIndex((word, i) => i > 0 && !/^-|=/.test(word)) : -1;
  const name = viaEnv > 0 ? posix.basename(words[viaEnv] ?? '') : shell;
  if (!SHELLS.has(name)) return null;
  for (let index = Math.max(1, viaEnv + 1); index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(word)) {
      const at = words.findIndex((later, i) => i > index && !later.startsWith('-'));
      return at === -1
        ? { shell: name, commands: null, script: null }
        : { shell: name, commands: { index: at, text: words[at] ?? '' }, script: null };
    }
    if (!/^[-+]/.test(word)) return { shell: name, commands: null, script: { index, path: word } };
  }
  return { shell: name, commands: null, script: null };
}
