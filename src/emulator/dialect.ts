import type { Release } from '../launchd/releases.ts';

/**
 * What differs between the releases of macOS in what launchd prints and gives its jobs. Each member is named after what is
 * there; which release has it is known from captures (facts §3.4, §4.1).
 */
export interface Dialect {
  readonly release: Release;
  /** `OSLogRateLimit=64` in every job's environment: 26 on. */
  readonly logRateLimit: boolean;
  /** The blocks `resource coalition` and `jetsam coalition` of a job that has run: 26 on. */
  readonly coalitions: boolean;
  /** The three lines `checked allocations…` of a process: 26 on. */
  readonly checkedAllocations: boolean;
  /** The block `probabilistic guard malloc policy`: up to 15. */
  readonly guardMalloc: boolean;
  /** The lines `job state` and `sanitizer flags` of every job: 27. */
  readonly jobState: boolean;
  /** `trial factors` and `attractive services` of the system domain: 15 on, and not 13; 14 is not known. */
  readonly trialFactors: boolean;
  /** `bootout --wait`: 26 on. */
  readonly bootoutWait: boolean;
}

/** As the embedded launchd speaks when nobody has asked for another. */
export const DEFAULT_RELEASE: Release = 27;

export function dialectOf(release: Release): Dialect {
  const since26 = release >= 26;
  return {
    release,
    logRateLimit: since26,
    coalitions: since26,
    checkedAllocations: since26,
    guardMalloc: !since26,
    jobState: release >= 27,
    trialFactors: release >= 15,
    bootoutWait: since26,
  };
}
