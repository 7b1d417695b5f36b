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

/** `given up after 5 bad ends within 8 s, the last with exit code 1` */
export function gaveUpWords({ exits, seconds }: Pick<GaveUp, 'exits' | 'seconds'>): string {
  const last = exits.at(-1);
  const how = last === undefined ? '' : `, the last with ${describeLastExit(last)}`;
  return `given up after ${exits.length} bad ends within ${seconds} s${how}`;
}
