import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { quoteForShell } from '../model/shell.ts';
import { plistToJson } from '../plist/json.ts';
import { globFolder } from '../sys/config-inputs.ts';
import { whyNotRoots } from '../sys/config-source.ts';
import { realLookup } from '../sys/stable-paths.ts';
import { type AgentRequest, installCommand, uninstallCommand } from './agent-command.ts';
import { agentEnvironment } from './agent-job.ts';
import type { Agent } from './agents.ts';
import type { Context } from './context.ts';
import { type Declaration, loadDeclaration } from './declaration.ts';
import { explainFailure } from './failure.ts';
import { makePlan } from './planning.ts';
import type { World } from './world.ts';

/** So many of the paths that others can change are told. */
const SHOWN = 5;

/** Throws `root/needed` (exit 77), or `agent/whose` (exit 64): root for a user runs no loop. */
export function refuseRights({ rights, host, places, userSide }: World, request: AgentRequest): void {
  const daemon = installCommand({ ...request, system: true }, places);
  if (rights === 'user' && request.system)
    throw new ReconcileError('root/needed', 'Only root may install a daemon.', {
      hint: daemon,
      exitCode: EXIT.needsRoot,
    });
  if (rights !== 'root-for-user') return;
  void userSide?.end();
  throw new ReconcileError(
    'agent/whose',
    `Whose jobs is it to mind: those of ${host.user}, or the system's?`,
    {
      hint: `Run \`${installCommand({ ...request, system: false }, places)}\` as ${host.user}, without sudo; for the system's own jobs: ${daemon}`,
      exitCode: EXIT.usage,
    },
  );
}

/** Throws `root/needed` (exit 77) where a user would take root's agent away. */
export function refuseRoots({ stack, label, domain, path }: Agent, { rights, places }: World): void {
  if (rights !== 'user' || !isSystemWide({ domain, path }, places)) return;
  throw new ReconcileError('root/needed', `${label} is root's: only root may take it away.`, {
    hint: `sudo ${uninstallCommand(stack)}`,
    exitCode: EXIT.needsRoot,
  });
}

/**
 * launchd gives a job no environment of a shell: what the file takes from there would be another, or missing. Throws
 * `agent/environment` (exit 65).
 */
export function refuseOtherEnvironment(declaration: Declaration, context: Context): void {
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

/**
 * The loop plans as `plan` does: what stops that would stop each of its rounds. Throws `stack/name-taken` (exit 1); gives
 * what the plan says of the stack as a whole.
 */
export async function refuseTaken(
  declaration: Declaration,
  world: World,
  context: Context,
): Promise<readonly Diagnostic[]> {
  try {
    const { plan } = await makePlan(declaration, world, context, {});
    return plan.diagnostics.filter(({ code }) => code.startsWith('stack/'));
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.code !== 'stack/name-taken') throw error;
    throw new ReconcileError(error.code, error.message, {
      hint: `Give one of the two another \`name:\`; or, if this file took the other’s place, first run \`reconcile apply --take-over-stack ${context.options.file.map((file) => `--file ${quoteForShell(file)}`).join(' ')}\`.`,
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

/** Throws `agent/untrusted` (exit 65) where somebody else than root can change what a daemon of root would run. */
export function refuseUntrusted(node: string, command: string, declaration: Declaration): void {
  const paths = new Set([node, ...commandFiles(command), ...filesOf(declaration)]);
  const reasons = [...new Set([...paths].flatMap((path) => whyNotRoots(path) ?? []))];
  if (reasons.length === 0) return;
  const more = reasons.length - SHOWN;
  throw new ReconcileError(
    'agent/untrusted',
    ['A daemon would run as root what others can change:', ...reasons.slice(0, SHOWN)].join('\n  ') +
      (more > 0 ? `\n  and ${more} more.` : ''),
    {
      hint: 'Put Node, reconcile and the file where root alone can write, such as /usr/local and /etc/reconcile, all of it root’s.',
      exitCode: EXIT.invalidFile,
    },
  );
}

/** The command is more than one file. */
function commandFiles(command: string): readonly string[] {
  const real = realLookup.real(command) ?? command;
  const folder = dirname(real);
  const below = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = below.filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name));
  return [command, ...files.map((entry) => join(entry.parentPath ?? folder, entry.name))];
}

/** All that was read, and the folders in which more may come to lie. */
function filesOf({ inputs }: Declaration): readonly string[] {
  const paths = [...inputs.paths].filter((path) => path.startsWith('/') && existsSync(path));
  return [...paths, ...inputs.globs.map(({ pattern, folder }) => whatIsThere(globFolder(pattern, folder)))];
}

/** Who may write there may make what is missing. */
function whatIsThere(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : whatIsThere(dirname(folder));
}
