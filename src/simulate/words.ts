import type { ExitKind } from '../launchd/keep-alive.ts';
import { signalByNumber } from '../launchd/signals.ts';
import { formatSeconds } from '../launchd/time-words.ts';
import type { Script, ScriptedRun } from './script.ts';

/** `exit 1`, `SIGSEGV`. */
export function exitWords(exit: ExitKind): string {
  if ('code' in exit) return `exit ${exit.code}`;
  return signalByNumber(exit.signal)?.name ?? `signal ${exit.signal}`;
}

/** Milliseconds as `5 s`, `1 min 30 s`, to the second. */
export function timeWords(ms: number): string {
  return formatSeconds(Math.round(ms / 1000));
}

/** A row of equal runs is told once: `exit 1 (2 times)`. */
interface Row {
  readonly run: ScriptedRun;
  readonly times: number;
}

/** Rows of a script that a sentence tells. */
const MOST_SHOWN = 8;

/** The script as a sentence: `Runs end with exit 1 (2 times), SIGSEGV, then exit 0 each time; each 1 s after its start.` */
export function scriptWords(script: Script): string {
  const rows: Row[] = [];
  for (const run of script) {
    const last = rows.at(-1);
    if (last !== undefined && sameRun(last.run, run)) rows[rows.length - 1] = { run, times: last.times + 1 };
    else if (run.exit !== null) rows.push({ run, times: 1 });
  }
  const [first] = rows;
  if (first === undefined) return 'Once started, it keeps running.';
  const hangs = script.at(-1)?.exit === null;
  const together = rows.every(({ run }) => run.afterMs === first.run.afterMs);
  const words = rows.map(({ run, times }, index) => {
    const how = run.exit === null ? '' : exitWords(run.exit);
    const after = together ? '' : ` after ${timeWords(run.afterMs)}`;
    const often = !hangs && index === rows.length - 1 ? ' each time' : times > 1 ? ` (${times} times)` : '';
    return `${how}${after}${often}`;
  });
  const shown =
    words.length <= MOST_SHOWN
      ? words
      : [...words.slice(0, MOST_SHOWN - 2), `${words.length - MOST_SHOWN + 1} more`, words.at(-1) ?? ''];
  const list = shown.length === 1 ? shown.join('') : `${shown.slice(0, -1).join(', ')}, then ${shown.at(-1)}`;
  const when = together ? `; each ${timeWords(first.run.afterMs)} after its start` : '';
  return `Runs end with ${list}${when}${hangs ? '; the next one keeps running' : ''}.`;
}

function sameRun(a: ScriptedRun, b: ScriptedRun): boolean {
  return a.afterMs === b.afterMs && JSON.stringify(a.exit) === JSON.stringify(b.exit);
}
