import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/instance.ts';
import { type ConfigSource, loadConfig } from '../config/load.ts';
import { compileJobs } from '../desired/compile.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { renderDiagnostics } from '../report/diagnostics.ts';
import { hideSecrets } from '../report/mask.ts';
import { createInputs, type Inputs } from '../sys/config-inputs.ts';
import { createConfigSource, invokingUid } from '../sys/config-source.ts';
import { findFiles } from '../sys/find-file.ts';
import { checkouts, sourceElsewhere } from '../sys/other-checkout.ts';
import { choosePlaces, realHost } from '../sys/places.ts';
import { hostAs } from './as.ts';
import type { Context } from './context.ts';
import { InvalidFile } from './failure.ts';
import { chooseWho } from './who.ts';

/** What the file declares, for one machine. */
export interface Declaration {
  readonly config: Config;
  readonly jobs: readonly Job[];
  /** Warnings and infos; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of each file, for code frames. */
  readonly sources: Readonly<Record<string, string>>;
  readonly host: Host;
  readonly places: Places;
  /** What it was read from. */
  readonly inputs: Inputs;
}

/** Reads, checks and compiles the file for this machine. Throws InvalidFile with everything that is wrong. */
export function loadDeclaration(context: Context): Declaration {
  const { host, places } = chooseWho(context);
  return compile(context, host, places, host.home);
}

/**
 * The same for the machine of `--as`, where there is one. Its plists then lie where a Mac has them, since nothing will be
 * installed here.
 */
export function loadDeclarationAs(context: Context): Declaration {
  const { host, places, home } = forWhom(context);
  return compile(context, host, places, home);
}

/**
 * The declaration as another file has it, such as that of another checkout, for the same machine: it is read as if it lay
 * where this one lies, so that a path differs only where the files do.
 */
export function loadOther(context: Context, { config }: Declaration, file: string): Declaration {
  const { host, places, home } = forWhom(context);
  const other = resolve(context.cwd, file);
  const both = checkouts(config.file, existsSync(other) ? realpathSync(other) : other);
  const named = context.options.file.length > 0 ? context.options.file : [config.file];
  if (named.includes('-'))
    throw new ReconcileError('usage', 'What comes on standard input has no place in another checkout.', {
      hint: 'Name both files: `reconcile plan -f reconcile.yaml --against OTHER`.',
      exitCode: EXIT.usage,
    });
  const roots = named.map((path) => realpathSync(resolve(context.cwd, path)));
  const reread = { ...context, options: { ...context.options, file: roots } };
  try {
    return compile(reread, host, places, home, (real) => sourceElsewhere(real, both));
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    // What is wrong is told of the file in which it is.
    const diagnostics = error.diagnostics.map((each) =>
      each.file === null ? each : { ...each, file: both.there(each.file) },
    );
    const sources = Object.entries(error.sources).map(([path, text]) => [both.there(path), text] as const);
    throw new InvalidFile(diagnostics, Object.fromEntries(sources));
  }
}

/** The machine of `--as`, or this one; `home` is where the file is looked for. */
export function forWhom(context: Context): {
  readonly host: Host;
  readonly places: Places;
  readonly home: string;
} {
  const { options, env } = context;
  if (options.as === undefined) {
    const { host, places } = chooseWho(context);
    return { host, places, home: host.home };
  }
  const real = realHost(env);
  const host = hostAs(options.as, real);
  const { XDG_STATE_HOME: _, ...elsewhere } = env;
  const places = choosePlaces({ launchd: 'system', root: options.root ?? '/' }, host, elsewhere);
  return { host, places, home: real.home };
}

/**
 * The same as it would be with other texts in some files, and with more in the environment.
 *
 * @param texts by real path
 */
export function foreseeDeclaration(
  context: Context,
  texts: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): Declaration {
  const { host, places, home } = forWhom(context);
  const foreseen = { ...host, env: { ...host.env, ...env } };
  return compile(context, foreseen, places, home, (real) => ({
    ...real,
    read: (path) => {
      const there = real.read(path);
      const text = there.ok ? texts.get(there.realPath) : undefined;
      return there.ok && text !== undefined ? { ...there, text } : there;
    },
  }));
}

/**
 * @param home in and below which the file is looked for
 * @param instead what is read in place of what is there
 */
function compile(
  context: Context,
  host: Host,
  places: Places,
  home: string,
  instead: (real: ConfigSource) => ConfigSource = (real) => real,
): Declaration {
  const { options, env, cwd, terminal } = context;
  const roots = findFiles(options.file, cwd, home, env);
  const real = createConfigSource({
    ...(roots.includes('-') ? { stdin: terminal.readInput() } : {}),
    uid: process.getuid?.() ?? 0,
    invokingUid: invokingUid(env),
  });
  const source = instead(real);
  const sources: Record<string, string> = Object.create(null);
  const inputs = createInputs();
  const remembering: ConfigSource = {
    read: (path) => {
      const reading = source.read(path);
      inputs.paths.add(path);
      if (reading.ok) {
        inputs.paths.add(reading.realPath);
        sources[reading.realPath] = reading.text;
      }
      return reading;
    },
    glob: (pattern, folder) => {
      inputs.globs.push({ pattern, folder });
      return source.glob(pattern, folder);
    },
  };
  const { config, partial, diagnostics } = loadConfig(roots, remembering, host);
  // With errors, what is sound is compiled all the same: its errors are told along with the others.
  const compiled = partial === null ? null : compileJobs(partial, host, places);
  const found = inFileOrder([...diagnostics, ...(compiled?.diagnostics ?? [])], partial?.files ?? []);
  const all = hideSecrets(found, host.env);
  if (config === null || compiled === null || all.some(({ severity }) => severity === 'error'))
    throw new InvalidFile(all, sources, inputs);
  return { config, jobs: compiled.jobs, diagnostics: all, sources, host, places, inputs };
}

/** As a person reads: by file in the order of reading, then by place. What concerns no place comes first. */
function inFileOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const position = ({ file }: Diagnostic): number => files.indexOf(file ?? '');
  return diagnostics.toSorted(
    (a, b) => position(a) - position(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/**
 * What is said of the file, without its mere notes: those are for who writes it (`validate`), and every other command
 * would repeat them for every job. `--json` holds them all.
 */
export function withoutNotes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity, code }) => severity !== 'info' || code.startsWith('preflight/'));
}

/** Says which file that is, where nobody named it and it lies elsewhere than here. */
export function noteFile({ options, env, cwd, terminal }: Context, { config }: Declaration): void {
  if (options.file.length > 0 || env['RECONCILE_FILE'] || dirname(config.file) === cwd) return;
  terminal.note(`The file: ${config.file}`);
}

/** Warnings and infos, to standard error; with `--json` they stand in the document instead. */
export function noteDiagnostics(
  context: Context,
  diagnostics: readonly Diagnostic[],
  sources: Readonly<Record<string, string>>,
): void {
  if (context.options.json || diagnostics.length === 0) return;
  context.terminal.note(renderDiagnostics(diagnostics, sources, context.terminal.noteStyle));
}
