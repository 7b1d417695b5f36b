import type { Config } from '../config/instance.ts';
import type { Declared, FileReading } from '../loop/loop.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { fingerprint, type Inputs, touchedWithin } from '../sys/config-inputs.ts';
import type { Declaration } from './declaration.ts';
import { InvalidFile } from './failure.ts';

/** The file that a loop watches, compiled. */
export interface WatchedFile extends Declared {
  readonly declaration: Declaration;
}

/** The one stack that a loop was started for. */
export interface Minded {
  readonly stack: string;
  /** What a person types to mind, in its place, what the file declares now. */
  readonly instead: string;
}

/** How long a file must have been left alone before it counts: editors save in several steps. */
const QUIET_MS = 200;

/** A file that is never quiet does not keep the loop from healing by the last good one for longer than this. */
const PATIENCE_MS = 5_000;

/** So often it is read over again, when it is touched while it is read. */
const TURNS = 3;

/**
 * Reads the file once, and again only when something of it was touched; keeps the last good one. A file that was touched a
 * moment ago is not read yet: half a file may be valid, and would delete what stands in the other half.
 *
 * @param load reads and compiles what is there now, or throws InvalidFile
 * @param now milliseconds of a clock that is never set back
 * @param only the stack that it must declare; null: that of the first good file
 */
export function createFileReader(
  load: () => Declaration,
  now: () => number,
  only: Minded | null = null,
): { readonly read: () => FileReading<WatchedFile>; readonly inputs: () => Inputs; sources(): Sources } {
  let reading: Exclude<FileReading<WatchedFile>, { readonly state: 'changing' }> | null = null;
  let inputs: Inputs | null = null;
  let sources: Sources = {};
  let known = '';
  let touched: { readonly print: string; readonly at: number } | null = null;
  /** Since when it has been changing; null: it is quiet. */
  let since: number | null = null;

  function readOnce(): NonNullable<typeof reading> {
    const last = reading?.declared ?? null;
    try {
      const declaration = load();
      const { config, jobs, diagnostics } = declaration;
      inputs = declaration.inputs;
      sources = declaration.sources;
      const minded = last?.stack ?? only?.stack ?? config.name;
      if (minded !== config.name)
        return { state: 'invalid', diagnostics: [renamed(minded, config, only)], declared: last };
      const told = diagnostics.filter(({ severity }) => severity !== 'info');
      return {
        state: 'good',
        declared: { declaration, stack: config.name, file: config.file, jobs, diagnostics: told },
      };
    } catch (error) {
      if (!(error instanceof InvalidFile)) throw error;
      inputs = error.inputs;
      sources = error.sources;
      return { state: 'invalid', diagnostics: error.diagnostics, declared: last };
    }
  }

  /** Null: it was touched each time while it was read. What is known of it is what it was before, and after, that. */
  function readWhole(): typeof reading {
    for (let turn = 0; turn < TURNS; turn++) {
      const before = inputs === null ? null : fingerprint(inputs);
      const read = readOnce();
      const after = inputs === null ? null : fingerprint(inputs);
      if (before !== after) continue;
      known = after ?? '';
      return read;
    }
    return null;
  }

  /** What is in force stays so; after a while the others are not kept waiting for it any longer. */
  function changing(): FileReading<WatchedFile> {
    since ??= now();
    return reading !== null && now() - since >= PATIENCE_MS ? reading : { state: 'changing' };
  }

  return {
    read() {
      if (reading !== null && inputs !== null) {
        const print = fingerprint(inputs);
        if (print === known) {
          touched = null;
          since = null;
          return reading;
        }
        if (touched?.print !== print) touched = { print, at: now() };
        if (now() - touched.at < QUIET_MS) return changing();
      }
      const read = readWhole();
      // What it was like before it was read for the first time, nobody knows.
      const isFresh = reading === null && inputs !== null && touchedWithin(inputs, QUIET_MS);
      if (read === null || isFresh) return changing();
      reading = read;
      touched = null;
      since = null;
      return reading;
    },
    inputs: () => inputs ?? { paths: new Set(), globs: [] },
    sources: () => sources,
  };
}

type Sources = Readonly<Record<string, string>>;

/** Its lock, its state and its log are of one stack; another loop may mind the other one. */
function renamed(minded: string, { name, file }: Config, only: Minded | null): Diagnostic {
  return {
    code: 'watch/renamed',
    severity: 'error',
    message: `The file declares the stack ${name} now, and this loop minds ${minded}.`,
    file,
    line: null,
    column: null,
    hint: `Write \`name: ${minded}\` again; or ${
      only === null
        ? 'end this loop and start one anew'
        : `let the agent mind ${name} instead: ${only.instead}`
    }`,
  };
}
