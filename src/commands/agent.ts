import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { plistToJson } from '../plist/json.ts';
import { whyNotRoots } from '../sys/config-source.ts';
import { findFiles } from '../sys/find-file.ts';
import { realLookup, type StablePath, stableCommand, stableNode } from '../sys/stable-paths.ts';
import {
  AGENT_SOURCE,
  AGENT_STACK,
  agentEnvironment,
  agentLabel,
  agentLog,
  declareAgent,
} from './agent-job.ts';
import { lookAtAgent, waitsForWords } from './agent-status.ts';
import type { Command, Context } from './context.ts';
import { type Declaration, loadDeclaration } from './declaration.ts';
import { executePlan } from './execution.ts';
import { explainFailure } from './failure.ts';
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
  refuseRights(world, system);
  const declaration = loadDeclaration(context);
  refuseOtherEnvironment(declaration, context);
  const node = stableNode(process.execPath, realLookup);
  const command = stableCommand(process.argv[1] ?? ourselves(), realLookup);
  if (system && process.getuid?.() === 0)
    refuseUntrusted([node.path, ...commandFiles(command.path), ...filesOf(declaration)]);
  for (const each of [node, command]) warnPinned(each, context);
  const agent = declareAgent(
    {
      stack: declaration.config.name,
      files: context.options.file,
      inputs: declaration.inputs,
      node: node.path,
      command: command.path,
      system,
      intervalMs: args.interval ?? null,
    },
    context,
    world,
  );
  await refuseTaken(declaration, world, context);
  const exitCode = await withLock(context, world, async () => {
    const { plan } = await makePlan(
      { ...agent, diagnostics: [] },
      world,
      { ...context, options: { ...context.options, target: [] } },
      // The agents of other stacks stay.
      { prune: false },
    );
    const label = agentLabel(declaration.config.name);
    const named = { ...plan, changes: plan.changes.filter((change) => change.label === label) };
    return executePlan(named, {
      context,
      world,
      confirm: 'Install this agent?',
      sudo: false,
      again: 'reconcile agent install',
    });
  });
  if (exitCode !== EXIT.ok || context.options.json) return exitCode;
  const { name } = declaration.config;
  const [job] = agent.jobs;
  const waitsFor = job === undefined ? null : (await lookAtAgent(job, world)).waitsFor;
  context.terminal.out(
    [
      `The loop over the stack ${name} is a job of launchd now: \`reconcile agent status\`.`,
      ...(waitsFor === null ? [] : [`It does not work yet: ${waitsForWords(waitsFor)}`]),
      `Its log: ${agentLog(world, name)}`,
    ].join('\n'),
  );
  return exitCode;
};

/** Takes an agent away. The jobs that it minds are another stack's, and stay as they are. */
export const agentUninstall: Command<{ readonly stack: string | undefined }> = async ({ stack }, asked) => {
  const context = asSystem(asked, asked.env['SUDO_UID'] !== undefined);
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { entries } = await world.ports.ledger.read();
    const agents = entries.filter((entry) => entry.stack === AGENT_STACK);
    const [agent, ...more] =
      stack === undefined ? agents : agents.filter(({ instance }) => instance === stack);
    if (agent === undefined)
      throw new ReconcileError(
        'agent/none',
        stack === undefined ? 'No agent is installed.' : `No agent watches a stack ${stack}.`,
        { hint: 'See `reconcile agent status`.', exitCode: EXIT.usage },
      );
    if (more.length > 0)
      throw new ReconcileError('agent/several', 'There are several agents.', {
        hint: `Name one: ${agents.map(({ instance }) => `reconcile agent uninstall ${instance}`).join(' · ')}`,
        exitCode: EXIT.usage,
      });
    const { plan } = await makePlan(
      {
        config: {
          name: AGENT_STACK,
          label_prefix: `local.${AGENT_STACK}`,
          file: AGENT_SOURCE,
          files: [],
          declares_instances: true,
          instances: [],
          layers: [],
          auditIgnore: [],
          moved: [],
        },
        jobs: [],
        diagnostics: [],
      },
      world,
      { ...context, options: { ...context.options, target: [agent.label] } },
      { allowEmpty: true },
    );
    return executePlan(plan, {
      context,
      world,
      confirm: 'Take this agent away?',
      sudo: false,
      again: 'reconcile agent uninstall',
      removed: 'uninstalled',
    });
  });
};

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

/** With sudo, a daemon is root's own, not the caller's. */
function asSystem(context: Context, system: boolean): Context {
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

function refuseRights({ rights, host, userSide }: World, system: boolean): void {
  if (rights === 'user' && system)
    throw new ReconcileError('root/needed', 'Only root may install a daemon.', {
      hint: 'sudo reconcile agent install --system',
      exitCode: EXIT.needsRoot,
    });
  if (rights !== 'root-for-user') return;
  void userSide?.end();
  throw new ReconcileError(
    'agent/whose',
    `Whose jobs is it to mind: those of ${host.user}, or the system's?`,
    {
      hint: `Run \`reconcile agent install\` as ${host.user}, without sudo; for the system's own jobs: sudo reconcile agent install --system`,
      exitCode: EXIT.usage,
    },
  );
}

/** launchd gives a job no environment of a shell: what the file takes from there would be another, or missing. */
function refuseOtherEnvironment(declaration: Declaration, context: Context): void {
  const own = ['HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SHELL'];
  const known = Object.fromEntries(
    own.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]] as const])),
  );
  const env = { ...known, PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...agentEnvironment(context) };
  const kept = ['RECONCILE_LAUNCHD', 'RECONCILE_LAUNCHCTL', 'RECONCILE_ROOT', 'SUDO_UID'].flatMap((name) =>
    context.env[name] === undefined ? [] : [[name, context.env[name]] as const],
  );
  let there: Declaration;
  try {
    there = loadDeclaration({ ...context, env: { ...env, ...Object.fromEntries(kept) } });
  } catch (error) {
    throw otherEnvironment(explainFailure(error).diagnostics[0]?.message ?? String(error));
  }
  const shown = ({ jobs }: Declaration): ReadonlyMap<string, string> =>
    new Map(
      jobs.map((job) => [job.instance, JSON.stringify([job.label, plistToJson(job.plist), job.enabled])]),
    );
  const [here, elsewhere] = [shown(declaration), shown(there)];
  const differing = [...new Set([...here.keys(), ...elsewhere.keys()])].filter(
    (instance) => here.get(instance) !== elsewhere.get(instance),
  );
  if (differing.length > 0) throw otherEnvironment(`${differing.join(', ')} would be other than here.`);
}

/** The loop plans as `plan` does: what stops that would stop each of its rounds. */
async function refuseTaken(declaration: Declaration, world: World, context: Context): Promise<void> {
  try {
    await makePlan(declaration, world, context, {});
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.code !== 'stack/name-taken') throw error;
    throw new ReconcileError(error.code, error.message, {
      hint: 'Give one of the two another `name:`; or, if this file took the other’s place, run `reconcile apply --take-over-stack` with it first.',
      exitCode: error.exitCode,
      cause: error,
    });
  }
}

function otherEnvironment(what: string): ReconcileError {
  return new ReconcileError(
    'agent/environment',
    `The file takes something from your environment (env.NAME) that launchd does not give to a job: ${what}`,
    {
      hint: 'Give it a fallback that is right there, too, or write the value under `vars:`.',
      exitCode: EXIT.invalidFile,
    },
  );
}

function refuseUntrusted(paths: readonly string[]): void {
  for (const path of paths) {
    const why = whyNotRoots(path);
    if (why === null) continue;
    throw new ReconcileError('agent/untrusted', `A daemon would run as root what others can change: ${why}`, {
      hint: 'Put Node, reconcile and the file where root alone can write, such as /usr/local and /etc/reconcile, all of it root’s.',
      exitCode: EXIT.invalidFile,
    });
  }
}

/** The command is more than one file. */
function commandFiles(command: string): readonly string[] {
  const real = realLookup.real(command) ?? command;
  const folder = dirname(real);
  const below = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = below.filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name));
  return [command, ...files.map((entry) => join(entry.parentPath ?? folder, entry.name))];
}

function filesOf({ inputs }: Declaration): readonly string[] {
  return [...inputs.paths].filter((path) => path.startsWith('/') && realLookup.real(path) !== null);
}

function warnPinned({ path, pinned }: StablePath, { terminal }: Context): void {
  if (pinned === null) return;
  terminal.note(
    `warning: The agent would run ${path}, and ${pinned}. After an update or a clean-up it may be gone: run \`reconcile agent install\` again then.`,
    'always',
  );
}
