import type { Config } from '../config/instance.ts';
import { AGENT_STACK } from '../model/agent.ts';
import type { Domain } from '../model/domain.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { isArray } from '../model/plist.ts';
import { printService } from '../sys/client.ts';
import { type AgentRequest, requestOf, uninstallCommand } from './agent-command.ts';
import { AGENT_SOURCE } from './agent-job.ts';
import type { Context } from './context.ts';
import { loadDeclaration } from './declaration.ts';
import { makePlan, type PlanFlags } from './planning.ts';
import { openWorld, type World } from './world.ts';

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

/** An agent that is there. */
export interface Agent {
  /** The stack that it watches. */
  readonly stack: string;
  readonly label: string;
  readonly domain: Domain;
  /** Of its plist. */
  readonly path: string;
}

/**
 * Observes the agents as jobs of ours that no file declares, so that a plan of them with `prune` takes them away. Those of
 * root show to a user as well.
 */
export async function observeAgents(
  world: World,
  context: Context,
  flags: Pick<PlanFlags, 'prune' | 'refresh'>,
): Promise<{ readonly observed: Observed; readonly plan: Plan; readonly agents: readonly Agent[] }> {
  const options = { ...context.options, target: [] };
  const nothing = { config: NONE, jobs: [], diagnostics: [] };
  const { observed, plan } = await makePlan(
    nothing,
    world,
    { ...context, options },
    { ...flags, allowEmpty: true },
  );
  const agents = plan.changes.flatMap(({ instance, label, domain, plist }) =>
    instance === null ? [] : [{ stack: instance, label, domain, path: plist }],
  );
  return { observed, plan, agents };
}

/** With sudo, a daemon is root's own, not the caller's. */
export function asSystem(context: Context, system: boolean): Context {
  const isRoot = process.getuid?.() === 0 && context.env['SUDO_UID'] !== undefined;
  if (!system || !isRoot || context.options.user !== undefined) return context;
  const asRoot = { ...context, options: { ...context.options, user: 'root' } };
  // Where everything belongs to whoever runs it, there is no other user to be.
  try {
    void openWorld(asRoot).userSide?.end();
    return asRoot;
  } catch {
    return context;
  }
}

/** What an agent was asked for, by its plist as it lies there; null: there is none, or it is no agent's. */
export function agentRequest(
  { path, domain }: Agent,
  { plists }: Pick<Observed, 'plists'>,
): AgentRequest | null {
  const args = plists.find((each) => each.path === path)?.plist?.entries['ProgramArguments'];
  return isArray(args) ? requestOf(args, domain === 'system') : null;
}

/** The agent that NAME means, by its label or the stack that it watches; null where it is a job of the file, or of nobody. */
export async function findAgent(name: string, context: Context, world: World): Promise<LedgerEntry | null> {
  const isMeant = ({ label, instance }: { readonly label: string; readonly instance: string }): boolean =>
    label === name || instance === name;
  const { entries } = await world.ports.ledger.read();
  const agent = entries.find((entry) => entry.stack === AGENT_STACK && isMeant(entry));
  return agent === undefined || declaredJobs(context).some(isMeant) ? null : agent;
}

/** What a person types to end the loop of that process: killed, an agent's would be back at once. */
export async function endOfLoop({ ports }: World, stack: string, pid: number): Promise<string> {
  const { entries } = await ports.ledger.read();
  const agent = entries.find((entry) => entry.stack === AGENT_STACK && entry.instance === stack);
  if (agent === undefined) return `kill ${pid}`;
  const reading = await printService(ports.launchctl, agent.domain, agent.label);
  const isAgents = reading.state === 'loaded' && reading.service.pid === pid;
  return isAgents ? uninstallCommand(stack) : `kill ${pid}`;
}

/** Whoever asks for an agent needs no file, as where that is why he asks. */
function declaredJobs(context: Context): readonly { readonly label: string; readonly instance: string }[] {
  try {
    return loadDeclaration(context).jobs;
  } catch {
    return [];
  }
}
