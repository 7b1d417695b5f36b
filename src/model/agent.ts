import type { Told } from './loop.ts';
import type { JobStatus } from './status.ts';

/** The stack of all agents, one instance for each stack that is watched; no file may be called so. */
export const AGENT_STACK = 'reconcile-agent';

/**
 * How a person names a job in a command: by its instance, where that is known. An agent is called like the stack that it
 * watches, and so may a job of that stack be, so it goes by its label.
 */
export function nameIn(
  stack: string,
  { instance, label }: { readonly instance: string | null; readonly label: string },
): string {
  return stack === AGENT_STACK ? label : (instance ?? label);
}

/** What a loop left for those who ask how it is doing. */
export interface LoopTrace {
  /** Absolute paths of what it watches. */
  readonly files: readonly string[];
  /** Milliseconds since 1970; null: it never looked. */
  readonly lastRound: number | null;
  /** Oldest first. */
  readonly recent: readonly Told[];
}

/** An installed agent, and how it is doing. */
export interface AgentState extends LoopTrace {
  /** The stack that it watches. */
  readonly stack: string;
  /** As that of any job; its `next` says what to do about the agent. */
  readonly status: JobStatus;
  /** The process of another loop over this stack, which it waits for. */
  readonly waitsFor: number | null;
  /** It is root's, and what it leaves is told to root alone. */
  readonly isHidden: boolean;
  /** Its own log. */
  readonly log: string;
  /** The end of what it wrote beside that, where it ended with a code of its own. */
  readonly said: { readonly path: string; readonly lines: readonly string[] } | null;
}

/** A loop that no agent runs. */
export interface LoopByHand extends LoopTrace {
  readonly stack: string;
  readonly pid: number;
}
