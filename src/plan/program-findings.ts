import type { Lookup, PathLook, ProgramLook, Requirements } from '../model/requirements.ts';
import { quoteForShell } from '../model/shell.ts';
import { type Finding, isMissing, NOT_FOUND, NOT_STARTED, user, warning } from './finding.ts';

/** The program, its interpreter, and what `env` is to find: the first thing that is wrong. */
export function aboutProgram(program: ProgramLook, needs: Requirements): readonly Finding[] {
  const { look, lookup, form, byName } = program;
  if (look === null) {
    if (lookup === null || lookup.unsure) return [];
    return [
      warning(
        'program-missing',
        `${lookup.name} is in none of ${lookup.folders.join(':')}, where launchd looks a bare name up`,
        NOT_STARTED,
        `Write its path in full; \`command -v ${quoteForShell(lookup.name)}\` tells it.`,
      ),
    ];
  }
  const wrong = wrongFile(look, needs, 'program') ?? wrongForm(look.path, form, needs);
  if (wrong !== null) return [wrong];
  return byName === null || byName.found !== null || byName.unsure ? [] : [notFoundByEnv(byName, look.path)];
}

/** The program or its interpreter: not there, no file, or not to be executed. */
function wrongFile(look: PathLook, needs: Requirements, what: 'program' | 'interpreter'): Finding | null {
  const { path } = look;
  switch (look.kind) {
    case 'hidden':
      return null;
    case 'missing':
      return warning(
        `${what}-missing`,
        isMissing(look),
        NOT_STARTED,
        look.symlink
          ? `See where it leads with \`ls -l ${quoteForShell(path)}\`, and mend it.`
          : `Install it, or correct its path; \`ls -l ${quoteForShell(path)}\` shows when it is there.`,
      );
    case 'folder':
    case 'other':
      return warning(
        `${what}-not-a-file`,
        `${path} is ${look.kind === 'folder' ? 'a folder' : 'no regular file'}`,
        NOT_STARTED,
        `Name the program itself; look with \`ls -la ${quoteForShell(path)}\`.`,
      );
    case 'file': {
      if (look.may.execute !== false) return null;
      const nobody = look.mode !== null && (look.mode & 0o111) === 0;
      return warning(
        `${what}-not-executable`,
        nobody ? `${path} is not executable` : `${path} may not be executed by ${user(needs)}`,
        NOT_STARTED,
        nobody
          ? `Run \`chmod +x ${quoteForShell(path)}\`.`
          : `See who may run it and enter its folders: \`ls -ld ${quoteForShell(path)}\`.`,
      );
    }
  }
}

function wrongForm(path: string, form: ProgramLook['form'], needs: Requirements): Finding | null {
  if (form === null || form.form === 'binary') return null;
  if (form.form === 'text')
    return warning(
      'no-interpreter-line',
      `${path} is a text that does not begin with #! and an interpreter`,
      NOT_STARTED,
      `Put \`#!/bin/sh\`, or whatever runs it, into its first line; see it with \`head -1 ${quoteForShell(path)}\`.`,
    );
  const { interpreter, byName } = form;
  const wrong = wrongFile(interpreter, needs, 'interpreter');
  if (wrong !== null) {
    const windows = interpreter.path.endsWith('\r');
    return {
      ...wrong,
      cause: `${path} wants to be run by ${interpreter.path.trimEnd()}, but ${windows ? 'its first line ends as on Windows' : wrong.cause}`,
      hint: windows
        ? `Give it the line ends of Unix: \`perl -pi -e 's/\\r$//' ${quoteForShell(path)}\`.`
        : wrong.hint,
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
    effect: (who) => `so ${who} will end with exit code 127`,
    hint: `Add its folder with \`path: [FOLDER]\`; \`command -v ${quoteForShell(name)}\` tells it.`,
  };
}
