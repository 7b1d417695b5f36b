import type { GaveUp } from '../model/ledger.ts';
import type { LastExit } from '../model/service.ts';
import { describeExitCode } from './exit-codes.ts';
import { describeSignal } from './signals.ts';

/** A code other than 0, a signal, or a reason in words (interface §7). Null, never exited, is no bad exit. */
export function isBadExit(lastExit: LastExit | null): boolean {
  return lastExit !== null && !('code' in lastExit && lastExit.code === 0);
}

/** How a run ended, as JSON holds it. Null: that is no such thing. */
export function parseLastExit(value: unknown): LastExit | null {
  if (typeof value !== 'object' || value === null) return null;
  const { code, signal, name, reason } = value as Readonly<Record<string, unknown>>;
  if (typeof code === 'number') return { code };
  if (typeof signal === 'number' && typeof name === 'string') return { signal, name };
  return typeof reason === 'string' ? { reason } : null;
}

/** How it ended, in words: `exit code 78: EX_CONFIG`, `Killed: 9`, or the reason that launchd gives. */
export function describeLastExit(lastExit: LastExit): string {
  if ('code' in lastExit) return `exit code ${describeExitCode(lastExit.code)}`;
  return 'signal' in lastExit ? describeSignal(lastExit.signal) : lastExit.reason;
}

/** Ends that differ from the one before, of which so many are told. */
const SHOWN_ENDS = 5;

/** `5 bad ends within 8 s, each with exit code 1`; `3 bad ends within 8 s: exit code 1 (2 times), Killed: 9`. */
export function badEndsWords({ exits, seconds }: Pick<GaveUp, 'exits' | 'seconds'>): string {
  // Counted by launchd while nobody looked: the time between them is not known.
  const many = `${exits.length} bad ${exits.length === 1 ? 'end' : 'ends'}${seconds === 0 ? '' : ` within ${seconds} s`}`;
  const groups: { readonly words: string; times: number }[] = [];
  for (const words of exits.map(describeLastExit)) {
    const last = groups.at(-1);
    if (last?.words === words) last.times += 1;
    else groups.push({ words, times: 1 });
  }
  const [only] = groups;
  if (only === undefined) return many;
  if (groups.length === 1) return `${many}, ${exits.length === 1 ? '' : 'each '}with ${only.words}`;
  const told = groups
    .slice(-SHOWN_ENDS)
    .map(({ words, times }) => (times === 1 ? words : `${words} (${times} times)`));
  return `${many}: ${groups.length > SHOWN_ENDS ? '…, ' : ''}${told.join(', ')}`;
}

/** `given up after 5 bad ends within 8 s, each with exit code 1` */
export function gaveUpWords(gaveUp: Pick<GaveUp, 'exits' | 'seconds'>): string {
  return `given up after ${badEndsWords(gaveUp)}`;
}

/** EX_CONFIG: launchd could not even start the program (facts §3.4). */
export const COULD_NOT_START = 78;

export function couldNotStart(lastExit: LastExit | null): boolean {
  return lastExit !== null && 'code' in lastExit && lastExit.code === COULD_NOT_START;
}

/** `restarted 5 times within 40 s, the last time after exit code 0` */
export function restartedWords({
  restarts,
  seconds,
  lastExit,
}: {
  readonly restarts: number;
  readonly seconds: number;
  readonly lastExit: LastExit | null;
}): string {
  const how = lastExit === null ? '' : `, the last time after ${describeLastExit(lastExit)}`;
  return `restarted ${restarts} times within ${seconds} s${how}`;
}
