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
import { loopStoreOf } from './loop-files.ts';
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
    const agents = await Promise.all(own.map((entry) => look(entry, world)));
    const exitCode = agents.every(({ pid }) => pid !== null) ? EXIT.ok : EXIT.failed;
    if (options.json) printDocument(context, exitCode, { agents: agents.map(toJson) });
    else if (agents.length === 0)
      terminal.out('No agent is installed. `reconcile agent install` makes the loop a job of launchd.');
    else for (const agent of agents) terminal.out(toText(agent));
    return exitCode;
  } finally {
    await world.userSide?.end();
  }

  function toText({ stack, label, domain, loaded, pid, note, log }: AgentState): string {
    const state =
      pid !== null
        ? `running (pid ${pid})`
        : loaded === true
          ? 'loaded, not running now'
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

async function look({ instance, label, domain }: LedgerEntry, world: World): Promise<AgentState> {
  const reading = await printService(world.ports.launchctl, domain, label);
  return {
    stack: instance,
    label,
    domain,
    loaded: reading.state === 'unknown' ? null : reading.state === 'loaded',
    pid: reading.state === 'loaded' ? reading.service.pid : null,
    note: await loopStoreOf(world, instance).readNote(),
    log: agentLog(world, instance),
  };
}

function toJson({ note, ...agent }: AgentState): unknown {
  return {
    ...agent,
    last_round: note === null ? null : new Date(note.lastRound).toISOString(),
    recent: (note?.recent ?? []).map((event) => JSON.parse(eventToJson(event))),
  };
}
