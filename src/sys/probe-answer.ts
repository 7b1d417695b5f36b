import type { Domain } from '../model/domain.ts';
import type { ProbeOutcome } from '../model/health.ts';

export interface ProbeOptions {
  /** Of each probe. */
  readonly timeoutMs: number;
  /** Of the job: as whose user a command is run. */
  readonly domain: Domain;
  readonly signal?: AbortSignal;
}

export const PASSED: ProbeOutcome = { outcome: 'passed' };
export const failed = (reason: string): ProbeOutcome => ({ outcome: 'failed', reason });
export const unknown = (reason: string): ProbeOutcome => ({ outcome: 'unknown', reason });

/** `5 s`, `1.5 s`: what was left of a longer time need not be told exactly. */
export function inSeconds(ms: number): string {
  return `${Math.max(0.1, Math.round(ms / 100) / 10)} s`;
}

/** Why there is no way to what has this name, by Node's code; null: another code. */
export function wayWords(code: string, name: string): string | null {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no address is known for ${name} (${code})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return `there is no way to ${name} (${code})`;
    default:
      return null;
  }
}
