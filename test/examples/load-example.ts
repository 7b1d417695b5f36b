import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { compileJobs } from '../../src/desired/compile.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Host } from '../../src/model/domain.ts';
import type { Job } from '../../src/model/job.ts';
import { plistToJson } from '../../src/plist/json.ts';
import { createConfigSource } from '../../src/sys/config-source.ts';
import { HOST, PLACES } from '../desired/support.ts';

/** The absolute path of a file below `examples/`. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
}

export interface Example {
  readonly jobs: readonly Job[];
  /** Plists by instance, as plain values. */
  readonly plists: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads and compiles a file of an example; `overlay` stands for a further `-f -`, `host` for `--as`. */
export function loadExample(name: string, options: { overlay?: string; host?: Partial<Host> } = {}): Example {
  const { overlay, host: as } = options;
  const host = { ...HOST, ...as };
  const source = createConfigSource({
    ...(overlay === undefined ? {} : { stdin: overlay }),
    uid: 501,
    invokingUid: null,
  });
  const roots = [examplePath(name), ...(overlay === undefined ? [] : ['-'])];
  const { config, diagnostics } = loadConfig(roots, source, host);
  if (config === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  const compiled = compileJobs(config, host, PLACES);
  return {
    jobs: compiled.jobs,
    plists: Object.fromEntries(compiled.jobs.map((job) => [job.instance, plistToJson(job.plist)])),
    diagnostics: [...diagnostics, ...compiled.diagnostics],
  };
}
