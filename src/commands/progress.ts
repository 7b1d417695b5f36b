import type { ActionName } from '../model/plan.ts';
import type { Event } from '../model/report.ts';
import type { Context } from './context.ts';

/** What is said while an action lasts; those that take no time say nothing. */
const WORDS: Partial<Record<ActionName, string>> = {
  'await-gone': 'waiting for the old process to end',
  bootstrap: 'loading',
  'await-loaded': 'waiting for it to come up',
  'await-healthy': 'waiting until it is healthy',
  kickstart: 'starting',
};

/**
 * Tells on standard error what apply is doing: one line that changes on a terminal, every step with `--verbose`; and that
 * Ctrl-C was heard, while there are still jobs in hand.
 */
export function showProgress({ terminal, options, signal }: Context): {
  readonly emit: (event: Event) => void;
  readonly end: () => void;
} {
  const live = terminal.interactive && !options.quiet && !options.verbose && !options.json;
  const under = new Map<string, string>();
  const clear = '\r\u001b[K';
  const inHand = new Set<string>();
  const onInterruption = (): void => {
    if (inHand.size === 0) return;
    if (live) terminal.progress(clear);
    terminal.note(
      `Interrupted: no other job is begun; ${inHand.size === 1 ? `${[...inHand][0]} is` : `${inHand.size} in hand are`} brought to an end. Ctrl-C once more stops at once, and the next run finishes the rest.`,
      'always',
    );
  };
  signal.addEventListener('abort', onInterruption, { once: true });
  return {
    emit: (event) => {
      if (event.event === 'change-started') inHand.add(event.label);
      if (event.event === 'change-finished') inHand.delete(event.label);
      if (options.verbose && event.event === 'action-started')
        terminal.note(`${event.label}: ${event.action}`);
      if (!live) return;
      const words = event.event === 'action-started' ? WORDS[event.action] : undefined;
      if (event.event === 'change-finished') under.delete(event.label);
      else if (words !== undefined) under.set(event.label, words);
      const [first] = under;
      const more = under.size > 1 ? ` (and ${under.size - 1} more)` : '';
      terminal.progress(first === undefined ? clear : `${clear}${first[0]}: ${first[1]}${more}`);
    },
    end: () => {
      signal.removeEventListener('abort', onInterruption);
      if (live) terminal.progress(clear);
    },
  };
}
