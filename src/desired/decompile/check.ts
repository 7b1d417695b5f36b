import { parseConfig } from '../../config/parse.ts';
import { normalise } from '../../launchd/normalise.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Host, Places } from '../../model/domain.ts';
import type { PlistDict } from '../../model/plist.ts';
import { equalPlist } from '../../plist/equal.ts';
import { compileJobs } from '../compile.ts';

/** What a declaration should come to. */
export interface Wanted {
  readonly label: string;
  readonly plist: PlistDict;
}

export type Check =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** What the loader or the compiler refuses; empty when it only comes to something else. */
      readonly errors: readonly Diagnostic[];
      /** Labels of the jobs that are missing, or that differ. */
      readonly differing: readonly string[];
    };

/** Name of the text for its relative paths; nobody sees it. */
const FILE = '/reconcile.yaml';

/**
 * Reads and compiles a file as any other command would, and compares what it comes to, job by job, as `plan` compares: by
 * meaning, every key.
 */
export function checkDeclaration(yaml: string, wanted: readonly Wanted[], host: Host, places: Places): Check {
  const { config, diagnostics } = parseConfig(yaml, FILE, host);
  const compiled = config === null ? null : compileJobs(config, host, places);
  const errors = [...diagnostics, ...(compiled?.diagnostics ?? [])].filter(
    ({ severity }) => severity === 'error',
  );
  const jobs = new Map(compiled?.jobs.map((job) => [job.label, job.plist]) ?? []);
  const differing = wanted
    .filter(({ label, plist }) => {
      const found = jobs.get(label);
      return found === undefined || !equalPlist(normalise(found), normalise(plist));
    })
    .map(({ label }) => label);
  return errors.length === 0 && differing.length === 0 ? { ok: true } : { ok: false, errors, differing };
}
