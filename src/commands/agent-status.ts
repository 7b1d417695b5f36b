import type { AgentState, LoopTrace } from '../model/agent.ts';
import { EXIT } from '../model/errors.ts';
import { renderAgents } from '../report/agent-text.ts';
import { eventToJson } from '../report/loop-json.ts';
import { jobToJson } from '../report/status-json.ts';
import { lookAtAgents, lookAtLoops } from './agent-state.ts';
import { asSystem } from './agents.ts';
import type { Command } from './context.ts';
import { printDocument } from './document.ts';
import { dateAndTime } from './watch-tell.ts';
import { openWorld } from './world.ts';

/**
 * Whether the agents run, when they last looked, and what they did last; and what loops were started by hand. Exit 1: an
 * agent is installed and does not run.
 */
export const agentStatus: Command = async (_, asked) => {
  const context = asSystem(asked, asked.env['SUDO_UID'] !== undefined);
  const { terminal, options } = context;
  const world = openWorld(context);
  try {
    const agents = await lookAtAgents(context, world);
    const byHand = await lookAtLoops(world, agents);
    const areWell = agents.every(({ status, waitsFor }) => status.pid !== null && waitsFor === null);
    const exitCode = areWell ? EXIT.ok : EXIT.failed;
    if (options.json)
      printDocument(context, exitCode, { agents: agents.map(agentToJson), loops: byHand.map(loopToJson) });
    else
      terminal.out(
        renderAgents(agents, byHand, { style: terminal.style, now: Date.now(), clock: dateAndTime }),
      );
    return exitCode;
  } finally {
    await world.userSide?.end();
  }
};

function agentToJson({ status, waitsFor, isHidden: _, log, said, ...loop }: AgentState): unknown {
  const { instance: __, ...job } = jobToJson(status);
  return { ...loopToJson(loop), ...job, waits_for: waitsFor, log, said };
}

function loopToJson({ lastRound, recent, ...loop }: { readonly stack: string } & LoopTrace): object {
  return {
    ...loop,
    last_round: lastRound === null ? null : new Date(lastRound).toISOString(),
    recent: recent.map((event) => JSON.parse(eventToJson(event))),
  };
}
