import type { ExitKind, StartReason } from '../launchd/keep-alive.ts';
import type { Domain } from '../model/domain.ts';
import type { Definition } from './definition.ts';
import type { Child, Timer } from './ports.ts';
import type { Trigger } from './triggers/trigger.ts';

/** In the words of `immediate reason` (facts §4.1). */
export type Reason = StartReason | 'interval' | 'launch job demand' | 'ipc (socket)';

/** Reasons that somebody asked for: what AfterInitialDemand waits for, and an on-demand-only domain lets through. */
const DEMANDS: ReadonlySet<Reason> = new Set<Reason>(['launch job demand', 'ipc (socket)']);

export function isDemand(reason: Reason): boolean {
  return DEMANDS.has(reason);
}

/**
 * Where a job stands.
 * - `idle`: no process and none to come without a trigger
 * - `scheduled`: waits for the throttle
 * - `spawning`: between the decision and the process
 * - `running`
 * - `stopping`: got SIGTERM from launchd itself, and SIGKILL when the timer ends
 */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scheduled'; readonly reason: Reason; readonly timer: Timer }
  | { readonly kind: 'spawning'; readonly reason: Reason }
  | { readonly kind: 'running'; readonly reason: Reason; readonly child: Child }
  | {
      readonly kind: 'stopping';
      readonly reason: Reason;
      readonly child: Child;
      readonly timer: Timer | null;
    };

/** A loaded job. Counters begin at zero with each load (facts §5). */
export interface Job {
  readonly definition: Definition;
  readonly domain: Domain;
  /** Was loaded although its label is disabled (`disabledBootstrap`), and is not started for that. */
  readonly disabled: boolean;
  phase: Phase;
  /** Never after it once ended, and it is being forgotten (bootout). */
  removing: boolean;
  /** A trigger that has not been served yet: the start at load, an interval, a kickstart. */
  pending: Reason | null;
  /** Would be started, but for sleep or a domain in on-demand-only mode: `pended nondemand spawn`. */
  pended: Reason | null;
  /** The next start does not wait for the throttle. */
  unthrottled: boolean;
  /** Was started by a kickstart at least once (AfterInitialDemand). */
  demanded: boolean;
  /** Of the clock, in milliseconds. */
  lastStart: number | null;
  lastExit: ExitKind | null;
  /** The last start came to no process at all. */
  refused: boolean;
  runs: number;
  successiveCrashes: number;
  triggers: readonly Trigger[];
  /** Numbers its coalitions once it has run. */
  readonly serial: number;
  /** Told once: the next start has happened (pid) or failed (null); or the job has gone. */
  onStart: ((pid: number | null) => void)[];
  onGone: (() => void)[];
}

/** The pid of its process, or null. */
export function pidOf(job: Job): number | null {
  return job.phase.kind === 'running' || job.phase.kind === 'stopping' ? job.phase.child.pid : null;
}

export function newJob(definition: Definition, domain: Domain, disabled: boolean, serial: number): Job {
  return {
    definition,
    domain,
    disabled,
    phase: { kind: 'idle' },
    removing: false,
    pending: null,
    pended: null,
    unthrottled: false,
    demanded: false,
    lastStart: null,
    lastExit: null,
    refused: false,
    runs: 0,
    successiveCrashes: 0,
    triggers: [],
    serial,
    onStart: [],
    onGone: [],
  };
}
