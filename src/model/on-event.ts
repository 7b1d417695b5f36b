import type { What } from './history.ts';

/** What a command can be run on. */
export const EVENT_NAMES = ['failed', 'gave-up', 'another-manager', 'healed'] as const;

export type EventName = (typeof EVENT_NAMES)[number];

/** `on_event` of the file. */
export interface OnEvent {
  /** The program, absolute, and its arguments. */
  readonly command: readonly string[];
  readonly events: readonly EventName[];
}

/** The event that something in the history is; null: none that a command is run on. */
export function eventOf(what: What): EventName | null {
  if (what === 'rolled-back' || what === 'rollback-failed') return 'failed';
  return EVENT_NAMES.find((name) => name === what) ?? null;
}
