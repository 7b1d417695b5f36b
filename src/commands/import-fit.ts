import {
  type Imported,
  type ImportOptions,
  type InstalledPlist,
  importPlists,
  type RefusedPlist,
} from '../desired/decompile/document.ts';
import type { Context } from './context.ts';
import { contentWith, type Foreseen, foresee, type Target } from './import-target.ts';

export interface Fitting {
  readonly imported: Imported;
  /** Jobs that the file would change, or that would break it. */
  readonly unfit: readonly RefusedPlist[];
}

interface Attempt {
  readonly imported: Imported;
  readonly foreseen: Foreseen;
}

type Resets = ReadonlyMap<string, readonly string[]>;
type There = Extract<Target, { kind: 'there' }>;

/**
 * The declarations as they have to be in this file, proved by loading it with them. Its `defaults` may say more than a plist
 * does; then they are taken back, and a job for which even that does not help is left out.
 */
export function fitInto(
  plists: readonly InstalledPlist[],
  options: Pick<ImportOptions, 'host' | 'places' | 'withSecrets'>,
  target: Target,
  context: Context,
): Fitting {
  if (target.kind === 'new' || (target.room === null && target.refusal === null))
    return { imported: importPlists(plists, options), unfit: [] };
  const { indent, step } = target.room ?? { indent: 2, step: 2 };
  const attempt = (some: readonly InstalledPlist[], resets: Resets): Attempt => {
    const beside = { labelPrefix: target.labelPrefix, names: target.names, indent, step, resets };
    const imported = importPlists(some, { ...options, beside });
    if (imported.jobs.length === 0 || target.refusal !== null) return { imported, foreseen: FINE };
    const content = contentWith(target, imported.yaml);
    return { imported, foreseen: foresee(target, content, imported.jobs, imported.secretValues, context) };
  };
  const first = attempt(plists, new Map());
  let last = first;
  let resets: Resets = new Map();
  // `defaults.restart` passes over most jobs that it does not fit, and is taken back last.
  for (const spared of [['restart'], []]) {
    if (isFine(last.foreseen)) break;
    resets = resetsOf(first, target, spared);
    last = attempt(plists, resets);
  }
  if (isFine(last.foreseen)) return { imported: last.imported, unfit: [] };

  const alone = plists.map((plist) => ({ plist, ...attempt([plist], resets) }));
  const fitting = alone.filter(({ foreseen }) => isFine(foreseen)).map(({ plist }) => plist);
  const unfit = alone
    .filter(({ foreseen }) => !isFine(foreseen))
    .flatMap(({ imported, foreseen }) => imported.jobs.map((job) => unfitJob(job, target.path, foreseen)));
  const rest = attempt(fitting, resets);
  if (isFine(rest.foreseen)) return { imported: rest.imported, unfit };
  const together = rest.imported.jobs.map((job) => unfitJob(job, target.path, rest.foreseen));
  return { imported: attempt([], resets).imported, unfit: [...unfit, ...together] };
}

const FINE: Foreseen = { differing: new Set(), errors: [], disturbed: [] };

const isFine = ({ differing, errors, disturbed }: Foreseen): boolean =>
  differing.size === 0 && errors.length === 0 && disturbed.length === 0;

/** By label, the fields that `defaults` would add to a job and that it does not have itself. */
function resetsOf(
  { imported, foreseen }: Attempt,
  { declaration }: There,
  spared: readonly string[],
): Resets {
  const defaults = declaration.config.layers.find(({ name }) => name === 'defaults')?.fields ?? {};
  return new Map(
    imported.jobs
      .filter(({ label }) => foreseen.differing.has(label))
      .map(({ label, fields }) => [
        label,
        Object.keys(defaults).filter((field) => !fields.includes(field) && !spared.includes(field)),
      ]),
  );
}

function unfitJob(
  { path, label }: { readonly path: string; readonly label: string },
  file: string,
  { errors, disturbed }: Foreseen,
): RefusedPlist {
  const [error] = errors;
  const why =
    error !== undefined
      ? `${label} does not fit into ${file}: ${error.message}`
      : disturbed.length > 0
        ? `With ${label} in ${file}, ${disturbed.join(', ')} would no longer be what it is.`
        : `The \`defaults\` of ${file} would make another job of ${label}.`;
  const hint = 'Import it into a file of its own: `reconcile import … -f other.yaml --write`.';
  return { path, label, refusal: { code: 'import/does-not-fit', message: why, hint } };
}
