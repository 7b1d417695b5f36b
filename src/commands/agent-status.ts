import type { LoopNote } from '../loop/store.ts';
import { EXIT } from '../model/errors.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { eventToJson } from '../report/loop-json.ts';
import { renderEvent } from '../report/loop-text.ts';
import { printable } from '../report/printable.ts';
import { printService } from '../sys/client.ts';
import { AGENT_STACK, agentLog } from './agent-job.ts';
import type { Command } from './context.ts';
import { printDocument } from './document.ts';
import { loopStoreOf, runningLoop } from './loop-files.ts';
import { dateAndTime } from './watch-tell.ts';
import { openWorld, type World } from './world.ts';

/** What is known of one agent. */
interface AgentState {
  readonly stack: string;
  readonly label: string;
  readonly domain: string;
  /** Null: launchd's answer cannot be trusted. */
  readonly loaded: boolean | null;
  readonly pid: number | null;
  /** The process of another loop over this stack, which it waits for. */
  readonly waitsFor: number | null;
  readonly note: (LoopNote & { readonly lastRound: number }) | null;
  readonly log: string;
}

/** So many of the last events are shown. */
const SHOWN = 5;

/** Whether the agents run, when they last looked, and what they did last. Exit 1: one of them is installed and does not run. */
export const agentStatus: Command = async (_, context) => {
  const { terminal, options } = context;
  const world = openWorld(context);
  try {
    const { entries } = await world.ports.ledger.read();
    const own = entries.filter((entry) => entry.stack === AGENT_STACK);
    const agents = await Promise.all(own.map((entry) => lookAtAgent(entry, world)));
    const exitCode = agents.every(({ pid, waitsFor }) => pid !== null && waitsFor === null)
      ? EXIT.ok
      : EXIT.failed;
    if (options.json) printDocument(context, exitCode, { agents: agents.map(toJson) });
    else if (agents.length === 0)
      terminal.out('No agent is installed. `reconcile agent install` makes the loop a job of launchd.');
    else for (const agent of agents) terminal.out(toText(agent));
    return exitCode;
  } finally {
    await world.userSide?.end();
  }

  function toText({ stack, label, domain, loaded, pid, waitsFor, note, log }: AgentState): string {
    const state =
      waitsFor !== null
        ? `waiting: ${waitsForWords(waitsFor)}`
        : pid !== null
          ? `running (pid ${pid})`
          : loaded === true
            ? `loaded, not running now: what it said last is in ${printable(log.replace(/\.log$/, '.err.log'), terminal.style)}`
            : loaded === false
              ? 'not loaded: run `reconcile agent install`'
              : 'not known: launchd gave no usable answer';
    const seen = note === null ? 'never' : dateAndTime(note.lastRound);
    const recent = (note?.recent ?? [])
      .slice(-SHOWN)
      .map((event) => renderEvent(event, terminal.style, { clock: dateAndTime }))
      .join('');
    return [
      `${stack}  ${printable(label, terminal.style)}  (${domain})`,
      `    state        ${state}`,
      `    last looked  ${seen}`,
      `    log          ${printable(log, terminal.style)}`,
      recent === '' ? '' : `    what it did last:\n${recent.replaceAll(/^/gm, '      ').trimEnd()}`,
    ]
      .filter((line) => line !== '')
      .join('\n');
  }
};

/** Why an agent does not run beside a loop that was started by hand, and what ends that. */
export function waitsForWords(pid: number): string {
  return `another loop over this stack runs (process ${pid}); the agent takes over within seconds after: kill ${pid}`;
}

/** What launchd, the loop's lock and its note tell of an agent. */
export async function lookAtAgent(
  { instance, label, domain }: Pick<LedgerEntry, 'instance' | 'label' | 'domain'>,
  world: World,
): Promise<AgentState> {
  const reading = await printService(world.ports.launchctl, domain, label);
  const pid = reading.state === 'loaded' ? reading.service.pid : null;
  const loop = await runningLoop(world, instance);
  return {
    stack: instance,
    label,
    domain,
    loaded: reading.state === 'unknown' ? null : reading.state === 'loaded',
    pid,
    waitsFor: loop === pid ? null : loop,
    note: await loopStoreOf(world, instance).readNote(),
    log: agentLog(world, instance),
  };
}

function toJson({ note, waitsFor, ...agent }: AgentState): unknown {
  return {
    ...agent,
    waits_for: waitsFor,
    last_round: note === null ? null : new Date(note.lastRound).toISOString(),
    recent: (note?.recent ?? []).map((event) => JSON.parse(eventToJson(event))),
  };
}
