import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/instance.ts';
import { loadConfig } from '../config/load.ts';
import { labelProblem } from '../config/names.ts';
import { compileJobs } from '../desired/compile.ts';
import { AGENT_STACK } from '../model/agent.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { errorLogOf } from '../sys/capped-log.ts';
import { globFolder, type Inputs } from '../sys/config-inputs.ts';
import { MAC_LAUNCHCTL, rootOf } from '../sys/places.ts';
import { type AgentRequest, intervalText } from './agent-command.ts';
import type { Context } from './context.ts';
import { InvalidFile } from './failure.ts';
import { loopFolder } from './loop-files.ts';
import type { World } from './world.ts';

/** Where the declaration of the agents comes from, instead of a file. */
export const AGENT_SOURCE = '<reconcile agent install>';

/** A job with work in hand is given this long to bring it to an end. Seconds. */
const STOP_TIMEOUT = 60;

export interface AgentWishes extends AgentRequest {
  /** The stack that it watches. */
  readonly stack: string;
  readonly inputs: Inputs;
  readonly node: string;
  readonly command: string;
  /** The label of the agent whose place it takes; null: of none. */
  readonly former: string | null;
}

/** Its log, beside the state of the loop. */
export function agentLog(world: World, stack: string): string {
  return join(loopFolder(world), 'loop', `${stack}.log`);
}

export function agentLabel(stack: string): string {
  return `local.${AGENT_STACK}.${stack}`;
}

/** What launchd does not give to a job, and this one needs to find the same world as we did. */
export function agentEnvironment({ env }: Pick<Context, 'env'>): Readonly<Record<string, string>> {
  const { HOME: home, XDG_STATE_HOME: state } = env;
  return {
    ...(home === undefined || home === homeOfAccount() ? {} : { HOME: home }),
    ...(state === undefined ? {} : { XDG_STATE_HOME: state }),
  };
}

function homeOfAccount(): string | null {
  try {
    return userInfo().homedir;
  } catch {
    return null;
  }
}

/**
 * The agent as any other job: declared in words of the file, and compiled by the same rules. Throws `agent/name` (exit 65)
 * where no label can be made of the stack's name.
 */
export function declareAgent(
  wishes: AgentWishes,
  context: Context,
  world: World,
): { readonly config: Config; readonly jobs: readonly Job[] } {
  const { stack, system, former } = wishes;
  const log = agentLog(world, stack);
  refuseName(stack);
  const file = {
    version: 1,
    ...(former === null ? {} : { moved: [{ from: former, to: stack }] }),
    instances: {
      [stack]: {
        label: agentLabel(stack),
        description: `keeps launchd equal to ${wishes.files.join(', ')}`,
        domain: system ? 'system' : 'gui',
        // Who installs it wants it to run, whatever was said before.
        enabled: true,
        command: [wishes.node, wishes.command, ...watchArguments(wishes, log, world)].map(literal),
        environment: Object.fromEntries(
          Object.entries(agentEnvironment(context)).map(([name, value]) => [name, literal(value)]),
        ),
        // It runs all the time, and watches these by itself; while it is down, launchd does.
        start: { at_load: true, watch: watchedPaths(wishes.inputs).map(literal) },
        restart: { policy: 'always', throttle: 10 },
        stop_timeout: STOP_TIMEOUT,
        stderr: literal(errorLogOf(log)),
        process_type: 'background',
      },
    },
  };
  const text = JSON.stringify(file);
  const source = { read: () => ({ ok: true, text, realPath: AGENT_SOURCE }) as const, glob: () => [] };
  const { config, diagnostics } = loadConfig([AGENT_SOURCE], source, world.host);
  const compiled = config === null ? null : compileJobs(config, world.host, world.places);
  const errors = [...diagnostics, ...(compiled?.diagnostics ?? [])].filter(
    ({ severity }) => severity === 'error',
  );
  if (config === null || compiled === null || errors.length > 0)
    throw new InvalidFile(errors, { [AGENT_SOURCE]: text });
  return { config: { ...config, name: AGENT_STACK }, jobs: compiled.jobs };
}

function refuseName(stack: string): void {
  const problem = labelProblem(agentLabel(stack));
  if (problem === null) return;
  throw new ReconcileError(
    'agent/name',
    `The agent's label would hold the name of the stack, and ${agentLabel('NAME')} leaves less room: ${problem.message}`,
    { hint: 'Give the stack a shorter `name:`.', exitCode: EXIT.invalidFile },
  );
}

/** `$` stands for itself. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function watchArguments(
  { stack, files, intervalMs, system }: AgentWishes,
  log: string,
  { places, rights }: World,
): readonly string[] {
  const launchd =
    places.launchd === 'embedded'
      ? ['--launchd', 'embedded']
      : places.launchctl === MAC_LAUNCHCTL
        ? ['--launchd', 'system']
        : ['--launchctl', places.launchctl];
  const root = places.launchd === 'system' ? ['--root', rootOf(places)] : [];
  return [
    'watch',
    ...files.flatMap((file) => ['--file', file]),
    ...['--stack', stack],
    ...(intervalMs === null ? [] : ['--interval', intervalText(intervalMs)]),
    ...['--log', log],
    ...launchd,
    ...root,
    ...(system && rights === 'root-alone' ? ['--user', 'root'] : []),
    '--no-input',
  ];
}

/** The files themselves, and the folders in which a pattern finds more. */
function watchedPaths({ paths, globs }: Inputs): readonly string[] {
  const files = [...paths].filter((path) => path.startsWith('/'));
  const folders = globs.map(({ pattern, folder }) => globFolder(pattern, folder));
  return [...new Set([...files, ...folders])].sort();
}
