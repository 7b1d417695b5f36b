import type { Job } from '../model/job.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import { observeLeftovers } from '../observe/leftovers.ts';
import { type ObserveScope, observe } from '../observe/observe.ts';
import { observePreflight } from '../observe/preflight.ts';
import { asApplied } from '../plan/as-applied.ts';
import { type Caller, stops, withoutCaller } from '../plan/caller.ts';
import { jobsWithLeftovers, planLeftovers } from '../plan/leftovers.ts';
import type { PlanOptions } from '../plan/options.ts';
import { planChanges } from '../plan/plan.ts';
import { jobsToPreflight, judgePreflight, type Preflights } from '../plan/preflight.ts';
import { withoutUser } from '../plan/root.ts';
import { realLooker } from '../sys/look.ts';
import { sayContested } from './contested.ts';
import type { Context } from './context.ts';
import { type Declaration, loadOther } from './declaration.ts';
import { sayGivenUp } from './gave-up.ts';
import { halfReloaded, sayUnfinished, withUnfinished } from './unfinished.ts';
import type { World } from './world.ts';

/** Flags of `plan` and `apply`, as commander gives them. */
export interface PlanFlags {
  readonly refresh?: 'proven' | 'full';
  readonly replace?: readonly string[];
  /** False with `--no-prune`. */
  readonly prune?: boolean;
  readonly adopt?: boolean;
  readonly allowEmpty?: boolean;
  readonly takeOverStack?: boolean;
  readonly releaseHeld?: boolean;
  /** Processes of former runs that hold what a job needs are ended before its start. */
  readonly endLeftovers?: boolean;
}

/**
 * Observes, plans what the declaration asks for, and looks at what the jobs that change will need. What is to be said of
 * the file is said of the plan.
 *
 * @param again for who observes again and again: what it remembers
 */
export async function makePlan(
  { config, jobs, diagnostics }: Pick<Declaration, 'config' | 'jobs' | 'diagnostics'>,
  world: World,
  { options, signal }: Pick<Context, 'options' | 'signal'>,
  flags: PlanFlags,
  again: Pick<ObserveScope, 'memory' | 'closely'> = {},
): Promise<{ readonly observed: Observed; readonly plan: Plan; readonly preflights: Preflights }> {
  const { host, places, ports } = world;
  world.notifier.use(config.onEvent ?? null);
  const targets = options.target;
  const unfinished = (await ports.journal.read()).filter(({ stack }) => stack === config.name);
  const seen = await observe(ports, {
    jobs,
    places,
    uid: host.uid,
    stack: config.name,
    // After a kill nothing is taken for proven.
    refresh: unfinished.length > 0 ? 'full' : (flags.refresh ?? 'proven'),
    mayChangeSystem: world.mayChangeSystem,
    signal,
    ...again,
  });
  const triggers = await world.triggers.observe(jobs);
  const observed = { ...withUnfinished(seen, unfinished), triggers };
  const replace = [...(flags.replace ?? []), ...halfReloaded(jobs, observed, unfinished)];
  const all = planChanges(jobs, observed, planOptions(world, config, targets, { ...flags, replace }));
  const forUs = await forCaller(all, observed, world);
  const planned = await withoutLeftovers(forUs, jobs, observed, world, flags.endLeftovers);
  const worthALook = jobsToPreflight(jobs, observed, planned);
  const preflights = await observePreflight(realLooker, { jobs: worthALook, host, places });
  const plan = judgePreflight(planned, jobs, observed, preflights);
  const interrupted = sayUnfinished(plan, unfinished);
  // The loop has told it when it gave a job up, or left it to another manager.
  const isLoop = again.memory !== undefined;
  const left = isLoop
    ? []
    : [...(await sayGivenUp(plan, jobs, ports.files)), ...(await sayContested(plan, jobs, world))];
  return {
    observed,
    preflights,
    plan: { ...plan, diagnostics: [...diagnostics, ...interrupted, ...left, ...plan.diagnostics] },
  };
}

/**
 * What the declaration changes against another file, such as that of another checkout: as if that one had been applied and
 * nothing had happened since. No launchd is asked and nothing here is looked at, so it is for pull requests and for `--as`.
 */
export function planAgainst(
  declaration: Declaration,
  file: string,
  context: Context,
  flags: PlanFlags,
): Plan {
  const { config, jobs, places, diagnostics } = declaration;
  const before = loadOther(context, declaration, file);
  const options = planOptions({ places }, config, context.options.target, flags);
  const plan = planChanges(jobs, asApplied(before.jobs, jobs, options), options);
  return { ...plan, diagnostics: [...diagnostics, ...plan.diagnostics] };
}

/** What dead runs left in the way of the jobs that the plan starts. */
export async function withoutLeftovers(
  plan: Plan,
  jobs: readonly Job[],
  observed: Observed,
  world: World,
  endProcesses = false,
): Promise<Plan> {
  const { host, places } = world;
  const worthALook = jobsWithLeftovers(jobs, observed, plan);
  const findings = await observeLeftovers({ jobs: worthALook, observed, host, places });
  return planLeftovers(plan, jobs, observed, findings, { places, home: host.home, endProcesses });
}

export function planOptions(
  { places }: Pick<World, 'places'>,
  config: Pick<Declaration['config'], 'name' | 'file' | 'declares_instances' | 'moved'>,
  targets: readonly string[],
  flags: PlanFlags,
): PlanOptions {
  return {
    stack: config.name,
    source: config.file,
    places,
    declaresInstances: config.declares_instances,
    moved: config.moved,
    prune: flags.prune ?? true,
    adopt: flags.adopt ?? false,
    allowEmpty: flags.allowEmpty ?? false,
    takeOverStack: flags.takeOverStack ?? false,
    releaseHeld: flags.releaseHeld ?? false,
    targets,
    replace: flags.replace ?? [],
  };
}

/** What is left of a plan for who makes it: root without a user, or somebody inside a job of it. */
export async function forCaller(all: Plan, observed: Observed, world: World): Promise<Plan> {
  const plan = world.rights === 'root-alone' ? withoutUser(all) : all;
  return withoutCaller(plan, observed, await callerOf(world, plan.changes));
}

/** Who plans, where that matters: asking for the ancestors is spared when nothing is stopped. */
export async function callerOf({ host, ports }: World, changes: readonly Change[]): Promise<Caller> {
  const matters = changes.some(({ actions }) => actions.some(stops));
  return {
    service: host.env['XPC_SERVICE_NAME'] ?? null,
    ancestry: matters ? await ports.processes.ancestry() : [],
  };
}

/** Whether apply would do something, or has something to refuse. */
export function isPending(plan: Plan): boolean {
  return plan.changes.some(({ op, blocked }) => op !== 'noop' || blocked !== null);
}

/** The jobs among which a NAME is looked up: declared ones, and ours that are no longer declared. */
export function knownJobs(
  jobs: readonly Job[],
  plan: Plan,
): readonly { instance: string | null; label: string }[] {
  const declared = new Set(jobs.map(({ label }) => label));
  return [...jobs, ...plan.changes.filter(({ label }) => !declared.has(label))];
}
