import { AGENT_STACK } from '../model/agent.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { waitsForWords } from '../report/agent-text.ts';
import { findFiles } from '../sys/find-file.ts';
import { realLookup, type StablePath, stableCommand, stableNode } from '../sys/stable-paths.ts';
import { installCommand, uninstallCommand } from './agent-command.ts';
import { agentLabel, agentLog, declareAgent } from './agent-job.ts';
import {
  refuseOtherEnvironment,
  refuseRights,
  refuseRoots,
  refuseTaken,
  refuseUntrusted,
} from './agent-refusals.ts';
import { lookAtAgents } from './agent-state.ts';
import { type Agent, agentRequest, asSystem, observeAgents } from './agents.ts';
import type { Command, Context } from './context.ts';
import { type Declaration, loadDeclaration, noteDiagnostics } from './declaration.ts';
import { executePlan } from './execution.ts';
import { makePlan } from './planning.ts';
import { ourselves } from './sides.ts';
import { openWorld, type World, withLock } from './world.ts';

/** Installs the loop over this file as a launchd job, planned and applied as every other job. */
export const agentInstall: Command<{ readonly interval?: number; readonly system?: boolean }> = async (
  args,
  asked,
) => {
  const context = asSystem(withFiles(asked), args.system === true);
  const world = openWorld(context);
  const system = args.system === true || world.rights === 'root-alone';
  const request = { files: context.options.file, intervalMs: args.interval ?? null, system };
  refuseRights(world, request);
  const declaration = loadDeclaration(context);
  refuseOtherEnvironment(declaration, context);
  const node = stableNode(process.execPath, realLookup);
  const command = stableCommand(process.argv[1] ?? ourselves(), realLookup);
  if (system && process.getuid?.() === 0) refuseUntrusted(node.path, command.path, declaration);
  for (const each of [node, command]) warnPinned(each, context, installCommand(request, world.places));
  const { name } = declaration.config;
  const told = await refuseTaken(declaration, world, context);
  noteDiagnostics(context, told, declaration.sources);
  const exitCode = await withLock(context, world, async () => {
    const agent = declareAgent(
      {
        ...request,
        stack: name,
        inputs: declaration.inputs,
        node: node.path,
        command: command.path,
        former: await formerAgent(declaration, context, world),
      },
      context,
      world,
    );
    const { plan } = await makePlan(
      { ...agent, diagnostics: told },
      world,
      { ...context, options: { ...context.options, target: [] } },
      // The agents of other stacks stay, and one that was stopped is meant to run again.
      { prune: false, releaseHeld: true },
    );
    const changes = plan.changes.filter(({ label }) => label === agentLabel(name));
    return executePlan(
      { ...plan, changes },
      {
        context,
        world,
        confirm: 'Install this agent?',
        sudo: false,
        again: installCommand(request, world.places),
      },
    );
  });
  if (exitCode === EXIT.ok && !context.options.json) await tellInstalled(name, context, world);
  return exitCode;
};

/** The agent of these very files, from when they declared another stack: it could never act on them again. */
async function formerAgent({ config }: Declaration, context: Context, world: World): Promise<string | null> {
  const { agents, observed } = await observeAgents(world, context, { prune: false });
  const files = JSON.stringify(context.options.file);
  const isOfThem = (agent: Agent): boolean => JSON.stringify(agentRequest(agent, observed)?.files) === files;
  return agents.find((agent) => agent.stack !== config.name && isOfThem(agent))?.label ?? null;
}

async function tellInstalled(stack: string, context: Context, world: World): Promise<void> {
  const [agent] = await lookAtAgents(context, world, agentLabel(stack));
  const other = agent?.waitsFor ?? null;
  context.terminal.out(
    [
      `The loop over the stack ${stack} is a job of launchd now: \`reconcile agent status\`.`,
      ...(other === null ? [] : [`It does not work yet: ${waitsForWords(other)}`]),
      `Its log: ${agentLog(world, stack)}`,
    ].join('\n'),
  );
}

/** Takes an agent away. The jobs that it minds are another stack's, and stay as they are. */
export const agentUninstall: Command<{ readonly stack: string | undefined }> = async ({ stack }, asked) => {
  const context = asSystem(asked, asked.env['SUDO_UID'] !== undefined);
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { plan, agents } = await observeAgents(world, context, { prune: true });
    if (agents.length === 0 && stack === undefined) return nothingToTakeAway(context, world);
    const agent = chooseAgent(agents, stack);
    refuseRoots(agent, world);
    const changes = plan.changes.filter(({ label }) => label === agent.label);
    const exitCode = await executePlan(
      { ...plan, changes },
      {
        context,
        world,
        confirm: 'Take this agent away?',
        sudo: false,
        again: uninstallCommand(agent.stack),
        removed: 'uninstalled',
      },
    );
    if (exitCode === EXIT.ok && !context.options.json)
      context.terminal.out(
        `The jobs of the stack ${agent.stack} stay as they are; no agent minds them from now on.`,
      );
    return exitCode;
  });
};

/** As with `destroy`: what is gone already is no failure. */
async function nothingToTakeAway(context: Context, world: World): Promise<ExitCode> {
  const plan = { stack: AGENT_STACK, launchd: world.places.launchd, changes: [], diagnostics: [] };
  const exitCode = await executePlan(plan, { context, world, confirm: null, quietly: true });
  if (!context.options.json) context.terminal.out('No agent is installed.');
  return exitCode;
}

/** Throws `agent/none` or `agent/several` (exit 64). */
function chooseAgent(agents: readonly Agent[], stack: string | undefined): Agent {
  const [agent, ...more] = stack === undefined ? agents : agents.filter((each) => each.stack === stack);
  if (agent === undefined)
    throw new ReconcileError('agent/none', `No agent watches a stack ${stack}.`, {
      hint: 'See `reconcile agent status`.',
      exitCode: EXIT.usage,
    });
  if (more.length > 0)
    throw new ReconcileError('agent/several', 'There are several agents.', {
      hint: `Name one: ${agents.map((each) => uninstallCommand(each.stack)).join(' · ')}`,
      exitCode: EXIT.usage,
    });
  return agent;
}

/** Found as by every command, and named in full: the agent works in no folder of ours. */
function withFiles(asked: Context): Context {
  const { options, cwd, env } = asked;
  const file = findFiles(options.file, cwd, env['HOME'] ?? '/', env);
  if (!file.includes('-')) return { ...asked, options: { ...options, file } };
  throw new ReconcileError('watch/stdin', 'Standard input can be read once only, so it cannot be watched.', {
    hint: 'Name a file with -f.',
    exitCode: EXIT.usage,
  });
}

function warnPinned({ path, pinned }: StablePath, { terminal }: Context, install: string): void {
  if (pinned === null) return;
  terminal.note(
    `warning: The agent would run ${path}, and ${pinned}. After an update or a clean-up it may be gone: run \`${install}\` again then.`,
    'always',
  );
}
