import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import type { LifecycleSubject } from '../plan/lifecycle.ts';
import { EMBEDDED_LOGIN, launchctlCommand } from '../sys/places.ts';
import { findAgent, observeAgents } from './agents.ts';
import type { Context } from './context.ts';
import { loadDeclaration, noteDiagnostics, withoutNotes } from './declaration.ts';
import { resolveName } from './names.ts';
import { makePlan } from './planning.ts';
import type { World } from './world.ts';

/** One job that a command names: the declaration of it, and what was observed. */
export interface NamedJob {
  readonly subject: LifecycleSubject;
  /** Null: ours, but no longer declared. */
  readonly job: Job | null;
  readonly stack: string;
  readonly observed: Observed;
}

/**
 * Finds the job that NAME means: an agent by its whole name, or one among those declared and those of ours that no longer
 * are.
 */
export async function observeNamed(name: string, context: Context, world: World): Promise<NamedJob> {
  const agent = await findAgent(name, context, world);
  if (agent !== null) {
    const { observed } = await observeAgents(world, context, { refresh: 'full', prune: false });
    return { job: null, stack: agent.stack, observed, subject: subjectOf(null, agent, observed, world) };
  }
  const declaration = loadDeclaration(context);
  const all = { ...context, options: { ...context.options, target: [] } };
  const { observed } = await makePlan(declaration, world, all, { refresh: 'full' });
  noteDiagnostics(context, withoutNotes(declaration.diagnostics), declaration.sources);
  const stack = declaration.config.name;
  const owned = observed.ledger.entries.filter((entry) => entry.stack === stack);
  const declared = declaration.jobs.filter(
    (job) => !job.excluded || owned.some(({ label }) => label === job.label),
  );
  const rest = owned.filter(({ label }) => !declared.some((job) => job.label === label));
  const { label } = resolveName(name, [...declared, ...rest]);
  const job = declared.find((each) => each.label === label) ?? null;
  const entry = owned.find((each) => each.label === label) ?? null;
  return { job, stack, observed, subject: subjectOf(job, entry, observed, world) };
}

function subjectOf(
  job: Job | null,
  entry: LedgerEntry | null,
  observed: Observed,
  world: World,
): LifecycleSubject {
  const { instance, label, domain, path } = job ?? entry ?? never();
  const seen = observed.jobs.find((each) => each.label === label && each.domain === domain);
  const found = observed.plists.find((each) => each.path === path) ?? null;
  const service = seen?.service ?? { state: 'unknown', why: `${domain}/${label} was not asked for.` };
  const disabled = seen?.disabled ?? found?.plist?.entries['Disabled'] === true;
  return {
    instance,
    label,
    domain,
    path,
    found,
    service,
    disabled,
    declaredOff: job?.enabled === false,
    entry,
    ...triggersOf(observed.triggers?.[`${domain}/${label}`]),
    launchctl: launchctlCommand(world.places),
    ...(job?.healthcheck === undefined ? {} : { healthcheck: job.healthcheck }),
    ...(world.places.launchd === 'embedded' ? { login: EMBEDDED_LOGIN } : {}),
  };
}

function triggersOf(now: Readonly<Record<string, string>> | undefined): Pick<LifecycleSubject, 'triggers'> {
  return now === undefined ? {} : { triggers: now };
}

function never(): never {
  throw new Error('a job that is named is declared, or ours');
}
