import type { Config } from '../config/instance.ts';
import { AGENT_STACK } from '../model/agent.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { isArray } from '../model/plist.ts';
import { type AgentRequest, requestOf } from './agent-command.ts';
import { AGENT_SOURCE } from './agent-job.ts';
import type { Context } from './context.ts';
import { loadDeclaration } from './declaration.ts';
import { makePlan, type PlanFlags } from './planning.ts';
import type { World } from './world.ts';

/** The stack of the agents as a file that declares none of them. */
const NONE: Config = {
  name: AGENT_STACK,
  label_prefix: `local.${AGENT_STACK}`,
  file: AGENT_SOURCE,
  files: [],
  declares_instances: true,
  instances: [],
  layers: [],
  auditIgnore: [],
  moved: [],
};

/** The agents that are installed here, by the ledger. */
export async function installedAgents({ ports }: World): Promise<readonly LedgerEntry[]> {
  const { entries } = await ports.ledger.read();
  return entries.filter(({ stack }) => stack === AGENT_STACK);
}

/** Observes the agents, or the one with that label, as jobs of ours that no file declares: a plan of them takes them away. */
export function planAgents(
  world: World,
  context: Context,
  label: string | null,
  flags: PlanFlags,
): Promise<{ readonly observed: Observed; readonly plan: Plan }> {
  const options = { ...context.options, target: label === null ? [] : [label] };
  return makePlan({ config: NONE, jobs: [], diagnostics: [] }, world, { ...context, options }, flags);
}

/** What an agent was asked for, by its plist as it lies there; null: there is none, or it is no agent's. */
export function agentRequest(
  { path, domain }: Pick<LedgerEntry, 'path' | 'domain'>,
  { plists }: Pick<Observed, 'plists'>,
): AgentRequest | null {
  const args = plists.find((each) => each.path === path)?.plist?.entries['ProgramArguments'];
  return isArray(args) ? requestOf(args, domain === 'system') : null;
}

/** The agent that NAME means, by its label or the stack that it watches; null where it is a job of the file, or of nobody. */
export async function findAgent(name: string, context: Context, world: World): Promise<LedgerEntry | null> {
  const isMeant = ({ label, instance }: { readonly label: string; readonly instance: string }): boolean =>
    label === name || instance === name;
  const agent = (await installedAgents(world)).find(isMeant);
  return agent === undefined || declaredJobs(context).some(isMeant) ? null : agent;
}

/** Whoever asks for an agent needs no file, as where that is why he asks. */
function declaredJobs(context: Context): readonly { readonly label: string; readonly instance: string }[] {
  try {
    return loadDeclaration(context).jobs;
  } catch {
    return [];
  }
}
