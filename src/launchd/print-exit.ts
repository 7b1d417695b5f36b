import type { LastExit } from '../model/service.ts';
import { signalByNumber } from './signals.ts';

const NOT_UNDERSTOOD: LastExit = { reason: 'unknown' };

/**
 * How the last run ended. launchd prints exactly one of four lines (facts §4.1): none or several of them, or words that we
 * do not know, give `{reason: 'unknown'}`. Null: the job never exited.
 */
export function readLastExit(fields: Readonly<Record<string, string>>): LastExit | null {
  const found = Object.entries(READERS).filter(([key]) => key in fields);
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return NOT_UNDERSTOOD;
  const [key, read] = only;
  return read(fields[key] ?? '');
}

const READERS: Readonly<Record<string, (value: string) => LastExit | null>> = {
  // `0`, `78: EX_CONFIG`, `(never exited)`
  'last exit code': (value) => {
    if (value === '(never exited)') return null;
    const code = readNumber(value.split(': ', 1)[0] ?? '');
    return code === null ? NOT_UNDERSTOOD : { code };
  },
  // `Killed: 9`; the number is Darwin's
  'last terminating signal': (value) => readSignal(readNumber(value.slice(value.lastIndexOf(': ') + 2))),
  // `OS_REASON_CODESIGNING`, `JETSAM_REASON_…`
  'last exit reason': (value) => (value === '' ? NOT_UNDERSTOOD : { reason: value }),
  // 10.9 and before: the status of wait(2), 256 for exit 1, 15 for SIGTERM (facts §6 row 52)
  'last exit status': (value) => {
    const status = readNumber(value);
    if (status === null || status > 0xffff) return NOT_UNDERSTOOD;
    const signal = status & 0x7f;
    return signal === 0 ? { code: status >> 8 } : readSignal(signal);
  },
};

/** The keys of which launchd prints one: after the process, before triggers and everything that the user names. */
export const LAST_EXIT_KEYS: readonly string[] = Object.keys(READERS);

function readSignal(signal: number | null): LastExit {
  if (signal === null || signal === 0) return NOT_UNDERSTOOD;
  return { signal, name: signalByNumber(signal)?.name ?? `signal ${signal}` };
}

/** A number of decimal digits and nothing else; null for everything that is not one, and above what is exact. */
export function readNumber(text: string): number | null {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
