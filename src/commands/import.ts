import { posix } from 'node:path';
import type { Imported, ImportedJob, InstalledPlist, RefusedPlist } from '../desired/decompile/document.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Places } from '../model/domain.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { quoteForShell } from '../model/shell.ts';
import { renderDiagnostics } from '../report/diagnostics.ts';
import { renderImported } from '../report/import-text.ts';
import type { Command, Context } from './context.ts';
import { forWhom } from './declaration.ts';
import { printDocument } from './document.ts';
import { fitInto } from './import-fit.ts';
import { type ImportSelection, selectPlists } from './import-sources.ts';
import { contentWith, openTarget, type Target, writeTarget } from './import-target.ts';

export interface ImportArguments extends ImportSelection {
  readonly write?: boolean;
}

/** Declares what is installed already: prints the YAML, or adds it to the file. */
export const importJobs: Command<ImportArguments> = async (args, context) => {
  const { host, places } = forWhom(context);
  const target = openTarget(context);
  const selected = await selectPlists(args, places, context);
  const { fresh, declared } = withoutDeclared(selected.plists, target);
  const outcome = fitInto(fresh, { host, places, withSecrets: args.withSecrets === true }, target, context);
  const { imported } = outcome;
  const diagnostics = [
    ...selected.told,
    ...declared,
    ...[...imported.refused, ...outcome.unfit].map(refusalToDiagnostic),
    ...imported.jobs.flatMap((job) => jobDiagnostics(job, places)),
    ...secretDiagnostics(imported),
  ];
  const isRefused = diagnostics.some(({ severity }) => severity === 'error');
  const content = target.kind === 'there' ? contentWith(target, imported.yaml) : imported.yaml;
  const canWrite = args.write === true && imported.jobs.length > 0;
  if (canWrite && target.kind === 'there' && target.refusal !== null) {
    if (!context.options.json) context.terminal.raw(imported.yaml);
    throw new ReconcileError(
      'import/no-room',
      `Nothing was added to ${target.path}: ${target.refusal.message}`,
      {
        hint: `${target.refusal.hint} Or paste what was printed.`,
        exitCode: EXIT.failed,
      },
    );
  }
  if (canWrite) await writeTarget(target, content, args.withSecrets === true ? 0o600 : 0o644);
  const exitCode: ExitCode = isRefused ? (canWrite ? EXIT.partial : EXIT.failed) : EXIT.ok;
  print(imported, target, diagnostics, canWrite, exitCode, context);
  return exitCode;
};

function print(
  imported: Imported,
  target: Target,
  diagnostics: readonly Diagnostic[],
  written: boolean,
  exitCode: ExitCode,
  context: Context,
): void {
  const { terminal, options } = context;
  if (options.json) {
    printDocument(
      context,
      exitCode,
      {
        file: target.path,
        written,
        yaml: imported.yaml,
        instances: imported.jobs.map(({ instance, label, placement, path }) => ({
          instance,
          label,
          domain: placement,
          path,
        })),
        secrets: imported.secrets.map(({ env, label, path }) => ({ env, label, key: path.join('.') })),
      },
      diagnostics,
    );
    return;
  }
  if (imported.jobs.length > 0 && !written) terminal.raw(imported.yaml);
  if (diagnostics.length > 0) terminal.note(renderDiagnostics(diagnostics, {}, terminal.noteStyle));
  const said = renderImported({
    count: imported.jobs.length,
    file: target.path,
    isNew: target.kind === 'new',
    written,
    secrets: [...new Set(imported.secrets.map(({ env }) => env))],
  });
  if (written) terminal.out(said);
  else terminal.note(said);
}

/** What the file declares already needs no second declaration. */
function withoutDeclared(
  plists: readonly InstalledPlist[],
  target: Target,
): { readonly fresh: readonly InstalledPlist[]; readonly declared: readonly Diagnostic[] } {
  const jobs = target.kind === 'there' ? target.declaration.jobs : [];
  const owners = new Map(jobs.map(({ label, instance }) => [label.toLowerCase(), instance]));
  const declared: Diagnostic[] = [];
  const fresh = plists.filter(({ plist, path }) => {
    const label = plist.entries['Label'];
    const owner = typeof label === 'string' ? owners.get(label.toLowerCase()) : undefined;
    if (owner === undefined) return true;
    declared.push({
      code: 'import/declared',
      severity: 'info',
      message: `${label} is declared already, by the instance ${owner} of ${target.path}; it was left out.`,
      file: path,
      line: null,
      column: null,
    });
    return false;
  });
  return { fresh, declared };
}

function refusalToDiagnostic({ path, refusal }: RefusedPlist): Diagnostic {
  const { code, message, hint } = refusal;
  return { code, severity: 'error', message, file: path, line: null, column: null, hint };
}

/** What a reader of the declaration has to know. */
function jobDiagnostics({ path, label, objections }: ImportedJob, places: Places): readonly Diagnostic[] {
  const about = { file: path, line: null, column: null };
  const keys = Object.keys(objections);
  const found: Diagnostic[] = [];
  if (keys.length > 0)
    found.push({
      ...about,
      code: 'import/unchecked',
      severity: 'warning',
      message: `${keys.join(', ')} of ${label} ${keys.length === 1 ? 'stands' : 'stand'} under \`launchd_unchecked\` as found: ${keys.map((key) => objections[key]).join(' ')}`,
      hint: `\`reconcile audit ${path}\` tells more.`,
    });
  const isInstalled = [places.userAgents, places.globalAgents, places.daemons].includes(posix.dirname(path));
  if (isInstalled && posix.basename(path) !== `${label}.plist`)
    found.push({
      ...about,
      code: 'import/file-name',
      severity: 'warning',
      message: `${posix.basename(path)} holds the job ${label}, and reconcile keeps that in ${label}.plist.`,
      hint: `Rename it before you plan; the job goes on meanwhile: \`mv ${quoteForShell(path)} ${quoteForShell(posix.join(posix.dirname(path), `${label}.plist`))}\`.`,
    });
  return found;
}

function secretDiagnostics({ secrets, jobs }: Imported): readonly Diagnostic[] {
  const paths = new Map(jobs.map(({ label, path }) => [label, path]));
  return secrets.map(({ env, label, path }) => ({
    code: 'import/secret',
    severity: 'warning',
    message: `${path.join('.')} of ${label} looks secret, so it was not copied; \`\${env.${env}}\` stands in its place.`,
    file: paths.get(label) ?? null,
    line: null,
    column: null,
    hint: `Set ${env} in the environment of plan and apply, or import with --with-secrets to copy the value.`,
  }));
}
