import { type Conditions, type ExitKind, isCrash } from '../launchd/keep-alive.ts';
import { throttleDelay } from '../launchd/throttle.ts';
import type { Domain } from '../model/domain.ts';
import { isDemand, type Job, newJob, pidOf, type Reason } from './job.ts';
import type { Child, SpawnListener } from './ports.ts';
import { dependsOn, handedOver, whyStart, whyStartAtLoad } from './start-reasons.ts';
import type { Holds, Supervisor, SupervisorPorts } from './supervisor-shape.ts';
import { createInstances } from './triggers/instances.ts';
import { armTriggers } from './triggers/kinds.ts';
import type { Trigger } from './triggers/trigger.ts';

/** Jobs are taken out of one domain, or (null) of all. */
interface Ending {
  readonly domain: Domain | null;
  /** Null once it was told. */
  done: (() => void) | null;
}

/** Seconds that a job with ExitTimeOut 0 is waited for when everything ends. */
const LAST_PATIENCE = 5;

/** An empty world. */
export function createSupervisor(ports: SupervisorPorts): Supervisor {
  const { clock, spawner, fidelity, log } = ports;
  const jobs = new Map<string, Job>();
  let serial = 0;
  const holds: Holds = { asleep: false, onDemandOnly: new Set() };
  const endings = new Set<Ending>();

  const name = (job: Job): string => `${job.domain}/${job.definition.label}`;
  const find = (domain: Domain, label: string): Job | null => jobs.get(`${domain}/${label}`) ?? null;

  function conditionsOf(job: Job): Conditions {
    return {
      pathExists: ports.paths.exists,
      jobLoaded: (label) => find(job.domain, label) !== null,
      jobRunning: (label) => {
        const other = find(job.domain, label);
        return other !== null && pidOf(other) !== null;
      },
      demanded: job.demanded,
    };
  }

  /** Looks at the job and does what the rules ask for: the one place from which jobs are started (facts §2.2). */
  function dispatch(job: Job): void {
    if (job.phase.kind !== 'idle' && job.phase.kind !== 'scheduled') return;
    const reason = reasonToStart(job);
    if (job.phase.kind === 'scheduled') {
      if (reason !== null && !job.unthrottled) return;
      job.phase.timer.cancel();
      job.phase = { kind: 'idle' };
    }
    if (reason === null) return;
    const throttled = job.unthrottled
      ? 0
      : throttleDelay(job.lastStart, clock.now(), job.definition.throttle);
    if (throttled === 0) start(job, reason);
    else schedule(job, reason, throttled);
  }

  /** Null too for what only a demand would start now: that is pended, and `print` tells it. */
  function reasonToStart(job: Job): Reason | null {
    const reason = isEnding(job) ? null : whyStart(job, conditionsOf(job));
    const isHeld = holds.asleep || holds.onDemandOnly.has(job.domain);
    job.pended = reason !== null && isHeld && !isDemand(reason) ? reason : null;
    return job.pended === null ? reason : null;
  }

  function isEnding({ domain }: Job): boolean {
    for (const ending of endings) if (ending.domain === null || ending.domain === domain) return true;
    return false;
  }

  function dispatchAll(domain: Domain | null): void {
    for (const job of [...jobs.values()]) if (domain === null || job.domain === domain) dispatch(job);
  }

  function schedule(job: Job, reason: Reason, milliseconds: number): void {
    log(`${name(job)}: pushing the start out by ${milliseconds / 1000} seconds`);
    const timer = clock.after(milliseconds, () => {
      job.phase = { kind: 'idle' };
      // The world may have changed meanwhile, and with it the reason.
      const still = reasonToStart(job);
      if (still !== null) start(job, still);
    });
    job.phase = { kind: 'scheduled', reason, timer };
  }

  function start(job: Job, reason: Reason): void {
    job.phase = { kind: 'spawning', reason };
    job.pending = null;
    job.unthrottled = false;
    if (isDemand(reason)) job.demanded = true;
    log(`${name(job)}: starting (${reason})`);
    const listener: SpawnListener = {
      started(child) {
        job.lastStart = clock.now();
        job.runs += 1;
        job.refused = false;
        job.phase = { kind: 'running', reason, child };
        log(`${name(job)}: started with pid ${child.pid}`);
        tell(job, child.pid);
        if (job.removing) stop(job, child, reason);
        reconsider(job);
      },
      failed(why) {
        if (why === 'fork') {
          log(`${name(job)}: no process could be made; trying again`);
          job.phase = { kind: 'idle' };
          job.pending = reason;
          if (job.removing) forget(job);
          else schedule(job, reason, fidelity.forkRetry * 1000);
          return;
        }
        job.lastStart = clock.now();
        job.runs += 1;
        job.refused = true;
        tell(job, null);
        ended(job, { code: 78 });
      },
      ended(exit) {
        ended(job, exit);
      },
    };
    spawner.spawn(job.definition, job.domain, listener, handedOver(job));
  }

  function tell(job: Job, pid: number | null): void {
    for (const told of job.onStart.splice(0)) told(pid);
  }

  function ended(job: Job, exit: ExitKind): void {
    const { phase } = job;
    log(`${name(job)}: ended with ${'code' in exit ? `exit code ${exit.code}` : `signal ${exit.signal}`}`);
    if (phase.kind === 'stopping') phase.timer?.cancel();
    if ((phase.kind === 'running' || phase.kind === 'stopping') && !job.definition.abandonProcessGroup)
      phase.child.signalGroup(fidelity.groupSignal);
    // What launchd has stopped itself is never a crash (facts §2.4).
    job.successiveCrashes = isCrash(exit) && phase.kind !== 'stopping' ? job.successiveCrashes + 1 : 0;
    job.lastExit = exit;
    job.phase = { kind: 'idle' };
    if (job.removing || (job.definition.launchOnlyOnce && fidelity.onlyOnce === 'removed')) forget(job);
    else dispatch(job);
    reconsider(job);
  }

  function stop(job: Job, child: Child, reason: Reason): void {
    // Even a job that is never to be killed goes with its session or the machine.
    const seconds = job.definition.exitTimeout || (isEnding(job) ? LAST_PATIENCE : 0);
    const timer =
      seconds === 0
        ? null
        : clock.after(seconds * 1000, () => {
            log(`${name(job)}: still there ${seconds} seconds after SIGTERM, sending SIGKILL`);
            child.signal('SIGKILL');
          });
    job.phase = { kind: 'stopping', reason, child, timer };
    log(`${name(job)}: sending SIGTERM to ${child.pid}`);
    child.signal('SIGTERM');
  }

  function forget(job: Job): void {
    if (job.phase.kind === 'scheduled') job.phase.timer.cancel();
    for (const trigger of job.triggers) trigger.disarm();
    jobs.delete(name(job));
    log(`${name(job)}: removed`);
    tell(job, null);
    for (const gone of job.onGone.splice(0)) gone();
    reconsider(job);
    for (const ending of endings) finish(ending);
  }

  function end(ending: Ending): void {
    endings.add(ending);
    for (const job of [...jobs.values()]) {
      const { phase } = job;
      if (ending.domain !== null && ending.domain !== job.domain) continue;
      job.removing = true;
      if (phase.kind === 'idle' || phase.kind === 'scheduled') forget(job);
      else if (phase.kind === 'running' || (phase.kind === 'stopping' && phase.timer === null))
        stop(job, phase.child, phase.reason);
    }
    finish(ending);
  }

  /** Tells, once, that its last job is gone. After the end of everything nothing is ever started again. */
  function finish(ending: Ending): void {
    const { domain, done } = ending;
    for (const job of jobs.values()) if (domain === null || domain === job.domain) return;
    if (domain !== null) endings.delete(ending);
    ending.done = null;
    done?.();
  }

  /** Another job came, went, started or ended: those that depend on it are looked at again. */
  function reconsider(changed: Job): void {
    for (const job of jobs.values())
      if (
        job !== changed &&
        job.domain === changed.domain &&
        dependsOn(job.definition, changed.definition.label)
      )
        dispatch(job);
  }

  /** What the job's triggers ask; not before all of them are armed. */
  function arm(job: Job): readonly Trigger[] {
    const { definition } = job;
    return armTriggers({
      definition,
      clock,
      paths: ports.paths,
      mounts: ports.mounts,
      fidelity,
      asleep: () => holds.asleep,
      sockets: ports.sockets ?? null,
      instances: createInstances(job, ports),
      log: (line) => log(`${name(job)}: ${line}`),
      fire(reason, whileRunning) {
        const resting = job.phase.kind === 'idle' || job.phase.kind === 'scheduled';
        if (!resting && whileRunning === 'missed') {
          log(`${name(job)}: is there already, so its start (${reason}) is missed`);
          ports.missed?.(job);
          return;
        }
        // A kickstart that waits already is the stronger reason.
        job.pending ??= reason;
        dispatch(job);
      },
      lookAgain: () => dispatch(job),
    });
  }

  return {
    load(definition, domain, disabled = false) {
      const known = find(domain, definition.label);
      if (known !== null) return known.removing ? 'leaving' : 'already';
      serial += 1;
      const job = newJob(definition, domain, disabled, serial);
      jobs.set(name(job), job);
      log(`${name(job)}: loaded from ${definition.path}`);
      job.triggers = arm(job);
      job.pending = whyStartAtLoad(definition, conditionsOf(job));
      dispatch(job);
      reconsider(job);
      return 'loaded';
    },

    remove(domain, label, gone) {
      const job = find(domain, label);
      if (job === null) return 'unknown';
      if (gone !== undefined) job.onGone.push(gone);
      if (job.removing) return 'leaving-already';
      job.removing = true;
      const { phase } = job;
      if (phase.kind === 'running') stop(job, phase.child, phase.reason);
      if (phase.kind !== 'idle' && phase.kind !== 'scheduled') return 'leaving';
      forget(job);
      return 'removed';
    },

    kickstart(domain, label, { kill }, done) {
      const job = find(domain, label);
      if (job === null) return 'unknown';
      if (job.removing) return 'leaving';
      const { phase } = job;
      if (phase.kind === 'running' && !kill) {
        done(phase.child.pid);
        return 'running';
      }
      job.onStart.push(done);
      if (phase.kind === 'spawning') return 'accepted';
      job.pending = 'launch job demand';
      job.unthrottled = kill ? !fidelity.kickstartKillThrottled : !fidelity.kickstartThrottled;
      if (phase.kind === 'running') stop(job, phase.child, phase.reason);
      else dispatch(job);
      return 'accepted';
    },

    signal(domain, label, signalName) {
      const job = find(domain, label);
      if (job === null) return 'unknown';
      if (job.phase.kind !== 'running' && job.phase.kind !== 'stopping') return 'not-running';
      job.phase.child.signal(signalName);
      return 'sent';
    },

    find,
    list: (domain) => [...jobs.values()].filter((job) => job.domain === domain),

    sleep(asleep) {
      holds.asleep = asleep;
      if (!asleep) dispatchAll(null);
    },

    onDemandOnly(domain, on) {
      if (on) holds.onDemandOnly.add(domain);
      else holds.onDemandOnly.delete(domain);
      dispatchAll(domain);
    },

    holds,
    endDomain: (domain, done) => end({ domain, done }),
    shutdown: (done) => end({ domain: null, done }),
  };
}
