import { describeLastExit } from '../launchd/last-exit.ts';
import type { AgentState, LoopByHand, LoopTrace } from '../model/agent.ts';
import { quoteForShell } from '../model/shell.ts';
import type { JobStatus } from '../model/status.ts';
import { agoWords } from './history-text.ts';
import { renderEvent } from './loop-text.ts';
import { printable, sentence } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';

/** So many of the last events are shown. */
const SHOWN = 5;

export interface AgentTextOptions {
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly clock: (at: number) => string;
}

/** How the agents do, and the loops that were started by hand. */
export function renderAgents(
  agents: readonly AgentState[],
  byHand: readonly LoopByHand[],
  options: AgentTextOptions,
): string {
  const none =
    agents.length === 0
      ? ['No agent is installed. `reconcile agent install` makes the loop a job of launchd.']
      : [];
  return [
    ...none,
    ...agents.map((agent) => agentText(agent, options)),
    ...byHand.map((loop) => byHandText(loop, options)),
  ].join('\n\n');
}

/** Why an agent does not run beside a loop that was started by hand, and what ends that. */
export function waitsForWords(pid: number): string {
  return `another loop over this stack runs (process ${pid}); the agent takes over within seconds after: kill ${pid}`;
}

/** What is known of an agent that `nextForAgent` speaks of. */
export interface AgentCircumstances {
  /** What a person types to install it anew, as it is. */
  readonly install: string;
  /** Nobody is logged in where it lives. */
  readonly isAway: boolean;
  /** What it runs and is not there any more. */
  readonly gone: string | null;
  /** Why launchd cannot start it, a sentence without its full stop, and what to do. */
  readonly cause: { readonly cause: string; readonly hint: string } | null;
  /** Seconds between two starts. */
  readonly throttle: number | null;
}

/** What to do about an agent, in words; empty when nothing is to be done. Agents are installed, not applied. */
export function nextForAgent(
  status: Omit<JobStatus, 'next'> & { readonly next: string },
  { install, isAway, gone, cause, throttle }: AgentCircumstances,
): string {
  const { label, verdict, lastExit, plist, stale } = status;
  const anew = `run \`${install}\``;
  switch (verdict) {
    case 'disabled':
      return `It was disabled outside; ${anew}.`;
    case 'held':
      return `It was stopped with \`reconcile stop\`; run \`reconcile start ${quoteForShell(label)}\`.`;
    case 'not-loaded':
      return isAway ? status.next : `It is not loaded; ${anew}.`;
    case 'running':
      if (plist === 'missing') return `Its plist is gone, so it will not be back after a login; ${anew}.`;
      return plist === 'ok' && stale !== true ? '' : `Its plist was changed outside; ${anew}.`;
    case 'throttled':
    case 'crash-looping':
    case 'failing': {
      const how = lastExit === null ? '' : `It ended with ${describeLastExit(lastExit)}. `;
      const again = throttle === null ? 'again' : `again ${throttle} s after its last start`;
      if (gone !== null)
        return `${how}${gone} is not there any more: ${anew} with a Node and a reconcile that are to stay.`;
      if (cause !== null) return `${how}${cause.cause}. ${cause.hint}`;
      return `${how}launchd starts it ${again}; what it said is told by \`reconcile logs ${quoteForShell(label)}\`.`;
    }
    default:
      return status.next;
  }
}

function agentText(agent: AgentState, options: AgentTextOptions): string {
  const { style } = options;
  const { stack, status, waitsFor, log, said } = agent;
  const { label, domain, verdict, pid, next } = status;
  const state =
    waitsFor !== null
      ? `waiting: ${waitsForWords(waitsFor)}`
      : `${verdict === 'running' ? `running (pid ${pid})` : verdict}${next === '' ? '' : `: ${next}`}`;
  const isWell = verdict === 'running' && waitsFor === null;
  const lines =
    said === null || verdict === 'running' || waitsFor !== null
      ? []
      : said.lines.map((line) => `  ${printable(line, style)}`);
  return [
    `${paint(style, 'bold', printable(stack, style))}  ${printable(label, style)}  (${domain})`,
    ...row('state', sentence(state, style), options, isWell ? undefined : 'red'),
    ...(lines.length === 0 ? [] : [`    the end of ${printable(said?.path ?? '', style)}:`]),
    ...lines.map((line) => `    ${line}`),
    ...traceLines(agent, options),
    ...(agent.isHidden ? [] : row('log', printable(log, style), options)),
    ...recentLines(agent, options),
  ].join('\n');
}

function byHandText(loop: LoopByHand, options: AgentTextOptions): string {
  const { style } = options;
  return [
    `${paint(style, 'bold', printable(loop.stack, style))}  a loop that was started by hand`,
    ...row('state', `running (pid ${loop.pid}); an agent would wait for its end: kill ${loop.pid}`, options),
    ...traceLines(loop, options),
    ...recentLines(loop, options),
  ].join('\n');
}

function traceLines(
  trace: LoopTrace & { readonly isHidden?: boolean },
  options: AgentTextOptions,
): readonly string[] {
  const { style, now, clock } = options;
  const { files, lastRound } = trace;
  const wrong = invalidWords(trace, clock);
  const named = files.map((file) => printable(file, style)).join(', ');
  return [
    ...(files.length === 0 ? [] : row('file', `${named}${wrong}`, options, wrong === '' ? undefined : 'red')),
    ...row(
      'last looked',
      trace.isHidden === true
        ? 'told to root alone: sudo reconcile agent status'
        : lastRound === null
          ? 'never'
          : `${clock(lastRound)}, ${agoWords(now - lastRound)}`,
      options,
    ),
  ];
}

/** A loop whose file is wrong runs all the same, and does less than one would think. */
function invalidWords({ recent }: LoopTrace, clock: (at: number) => string): string {
  const last = recent.findLast(({ event }) => event === 'file-loaded' || event === 'file-invalid');
  if (last?.event !== 'file-invalid') return '';
  const then = last.keeps ? 'the last good one stays in force' : 'nothing is done until it is put right';
  return `: not valid since ${clock(last.at)}; ${then}`;
}

function recentLines({ recent }: LoopTrace, { style, clock }: AgentTextOptions): readonly string[] {
  const shown = recent.slice(-SHOWN).map((event) => renderEvent(event, style, { clock }));
  if (shown.length === 0) return [];
  return [
    '    what it did last:',
    ...shown
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => `      ${line}`.trimEnd()),
  ];
}

function row(name: string, text: string, { style }: AgentTextOptions, color?: Paint): readonly string[] {
  return [
    `    ${paint(style, 'dim', name.padEnd(11))}  ${color === undefined ? text : paint(style, color, text)}`,
  ];
}
