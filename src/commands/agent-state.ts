import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findStartProblem } from '../apply/causes/start.ts';
import { endOfLog } from '../apply/job-log.ts';
import { isSystemWide } from '../launchd/domains.ts';
import { LOOP_FOLDER } from '../loop/store.ts';
import type { AgentState, LoopByHand, LoopTrace } from '../model/agent.ts';
import type { Observed } from '../model/observed.ts';
import { isArray } from '../model/plist.ts';
import type { JobStatus } from '../model/status.ts';
import { COULD_NOT_START } from '../plan/finding.ts';
import { judgeStatus } from '../plan/verdict.ts';
import { nextForAgent } from '../report/agent-text.ts';
import { installCommand } from './agent-command.ts';
import { agentLog } from './agent-job.ts';
import { type Agent, agentRequest, observeAgents } from './agents.ts';
import type { Context } from './context.ts';
import { loopFolder, loopStoreOf, runningLoop } from './loop-files.ts';
import type { World } from './world.ts';

/** What launchd, the loop's lock and its note tell of the agents, or of the one with that label. */
export async function lookAtAgents(
  context: Context,
  world: World,
  only: string | null = null,
): Promise<readonly AgentState[]> {
  const { observed, plan, agents } = await observeAgents(world, context, { refresh: 'full', prune: false });
  // They go by their labels: see `nameIn`.
  const changes = plan.changes.map((change) => ({ ...change, instance: null }));
  const statuses = judgeStatus([], observed, { ...plan, changes });
  return Promise.all(
    agents.flatMap((agent) => {
      const status = statuses.find(({ label, domain }) => label === agent.label && domain === agent.domain);
      const isMeant = only === null || agent.label === only;
      return status === undefined || !isMeant ? [] : [lookAtAgent(agent, status, observed, world)];
    }),
  );
}

async function lookAtAgent(
  agent: Agent,
  judged: JobStatus,
  observed: Observed,
  world: World,
): Promise<AgentState> {
  const { ports, places, rights } = world;
  const { stack, label, domain, path } = agent;
  const { lastExit, pid } = judged;
  const isRefused = lastExit !== null && 'code' in lastExit && lastExit.code === COULD_NOT_START;
  // What root's loop leaves in its folder is told to root alone.
  const isHidden = rights === 'user' && isSystemWide({ domain, path }, places);
  const loop = isHidden ? pid : await runningLoop(world, stack);
  const trace = isHidden ? NOTHING : await traceOf(world, stack);
  const request = agentRequest(agent, observed);
  const files = request?.files ?? trace.files;
  const seen = observed.jobs.find((job) => job.label === label && job.domain === domain)?.service;
  const gone = whatIsGone(path, observed);
  const next = nextForAgent(judged, {
    install: installCommand(request ?? { files, intervalMs: null, system: domain === 'system' }, places),
    isAway: seen?.state === 'no-domain',
    gone,
    cause: isRefused ? await findStartProblem(ports.files, { domain, label, path }, label) : null,
    throttle: seen?.state === 'loaded' ? seen.service.minimumRuntime : null,
  });
  const spoke = lastExit !== null && 'code' in lastExit && lastExit.code !== 0 && !isRefused && gone === null;
  return {
    ...trace,
    files,
    stack,
    status: { ...judged, instance: stack, next },
    waitsFor: loop === pid ? null : loop,
    isHidden,
    log: agentLog(world, stack),
    said: spoke ? await endOfLog(path, ports.files) : null,
  };
}

const NOTHING: LoopTrace = { files: [], lastRound: null, recent: [] };

/** Node and the command, which an update or a clean-up may have taken away. */
function whatIsGone(path: string, { plists }: Observed): string | null {
  const args = plists.find((each) => each.path === path)?.plist?.entries['ProgramArguments'];
  const programs = isArray(args) ? args.slice(0, 2) : [];
  return programs.find((each) => typeof each === 'string' && !existsSync(each))?.toString() ?? null;
}

/** The loops that run here and are no agent's. */
export async function lookAtLoops(
  world: World,
  agents: readonly AgentState[],
): Promise<readonly LoopByHand[]> {
  const names = await readdir(join(loopFolder(world), LOOP_FOLDER)).catch(() => []);
  const stacks = names.flatMap((name) => /^(.+)\.lock$/.exec(name)?.[1] ?? []).sort();
  const loops = await Promise.all(
    stacks
      .filter((stack) => !agents.some((agent) => agent.stack === stack))
      .map(async (stack) => ({
        stack,
        pid: await runningLoop(world, stack),
        ...(await traceOf(world, stack)),
      })),
  );
  return loops.flatMap(({ pid, ...loop }) => (pid === null ? [] : [{ ...loop, pid }]));
}

async function traceOf(world: World, stack: string): Promise<LoopTrace> {
  const note = await loopStoreOf(world, stack).readNote();
  return { files: note?.files ?? [], lastRound: note?.lastRound ?? null, recent: note?.recent ?? [] };
}
