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

/** Tells on standard error what apply is doing: one line that changes on a terminal, every step with `--verbose`. */
export function showProgress({ terminal, options }: Context): {
  readonly emit: (event: Event) => void;
  readonly end: () => void;
} {
  const live = terminal.interactive && !options.quiet && !options.verbose && !options.json;
  const under = new Map<string, string>();
  const clear = '\r\u001b[K';
  return {
    emit: (event) => {
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
      if (live) terminal.progress(clear);
    },
  };
}
