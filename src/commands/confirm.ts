import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Context } from './context.ts';
import { isOn } from './variables.ts';

/** What is said where nobody can be asked: a sentence, and the command that needs no answer. */
export interface Unanswered {
  readonly message: string;
  readonly hint: string;
}

/** `--yes`, RECONCILE_YES, or a person who says so. Throws `confirm/no-terminal` (exit 64) where there is nobody to ask. */
export async function mayGoOn(
  question: string,
  { terminal, options, env }: Context,
  { message, hint }: Unanswered,
): Promise<boolean> {
  if (options.yes || isOn(env, 'RECONCILE_YES')) return true;
  if (terminal.interactive && !options.json) return terminal.ask(question);
  throw new ReconcileError('confirm/no-terminal', message, { hint, exitCode: EXIT.usage });
}
