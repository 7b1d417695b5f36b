import type { Diagnostic } from '../model/diagnostic.ts';
import type { JobStatus } from '../model/status.ts';
import { type Envelope, jsonDocument } from './document.ts';

/** The document of `status --json` (interface §5). */
export function statusToJson(
  jobs: readonly JobStatus[],
  diagnostics: readonly Diagnostic[],
  envelope: Envelope,
): Readonly<Record<string, unknown>> {
  return jsonDocument(envelope, { jobs: jobs.map(jobToJson) }, diagnostics);
}

/** One job of that document. */
export function jobToJson(job: JobStatus): Readonly<Record<string, unknown>> {
  return {
    instance: job.instance,
    label: job.label,
    domain: job.domain,
    plist: job.plist,
    loaded: job.loaded,
    stale: job.stale,
    enabled: job.enabled,
    state: job.state,
    pid: job.pid,
    runs: job.runs,
    last_exit: job.lastExit,
    verdict: job.verdict,
    health: job.health === null ? null : { state: job.health.state, reason: job.health.reason },
    next: job.next,
  };
}
