import { parseDuration } from '../config/duration.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import { nearestNames } from '../launchd/nearest.ts';
import { parseSignal, SIGNALS } from '../launchd/signals.ts';

/** What one run of a job's program does. */
export interface ScriptedRun {
  /** Null: it keeps running. */
  readonly exit: ExitKind | null;
  /** From its start to its end. */
  readonly afterMs: number;
}

/** Runs in order; the last one stands for all that follow. Never empty. */
export type Script = readonly [ScriptedRun, ...ScriptedRun[]];

/** What is wrong with a text, and where: in characters from 0. */
export interface ScriptProblem {
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  readonly length: number;
}

/** A run that says nothing else ends after this: what fails, mostly fails early. */
export const DEFAULT_RUN_MS = 1000;

const MOST_RUNS = 1000;

const ALLOWED =
  'Write exit codes (0 to 255), signals (segv, abrt, kill, term, …) and `hang`, with commas between; `1@30s` ends 30 s after its start, `1*3` stands for three runs.';

/** Signals that leave a process as it is, or only halt it. */
const HARMLESS: ReadonlySet<string> = new Set([
  'SIGURG',
  'SIGSTOP',
  'SIGTSTP',
  'SIGCONT',
  'SIGCHLD',
  'SIGTTIN',
  'SIGTTOU',
  'SIGIO',
  'SIGWINCH',
  'SIGINFO',
]);

/** Words that people may try, and what they are called here. */
const MEANT: Readonly<Record<string, string>> = {
  ok: '0',
  success: '0',
  fail: '1',
  failure: '1',
  error: '1',
  crash: 'segv',
  run: 'hang',
  runs: 'hang',
  forever: 'hang',
};

/** `1,1@30s,segv*3,hang` → runs: how each ends (`hang`: never), after how long (1 s), and how often in a row. */
export function parseScript(text: string): { readonly script: Script } | { readonly problem: ScriptProblem } {
  const runs: ScriptedRun[] = [];
  let offset = 0;
  for (const part of text.split(',')) {
    const item = part.trim();
    const at = offset + part.length - part.trimStart().length;
    const reading = readItem(item, text.trim() === '');
    if ('message' in reading)
      return {
        problem: {
          ...reading,
          offset: at + (reading.offset ?? 0),
          length: Math.max(1, (reading.text ?? item).length),
        },
      };
    if (runs.at(-1)?.exit === null)
      return {
        problem: {
          message: `\`${item}\` comes after a run that never ends`,
          hint: 'Let `hang` be the last one, or write `0@10m` for a long run that ends.',
          offset: at,
          length: item.length,
        },
      };
    for (let count = 0; count < reading.times; count += 1) runs.push(reading.run);
    if (runs.length > MOST_RUNS)
      return {
        problem: {
          message: `more than ${MOST_RUNS} runs`,
          hint: 'The last run stands for all that follow, so it need not be repeated.',
          offset: at,
          length: item.length,
        },
      };
    offset += part.length + 1;
  }
  const [first, ...others] = runs;
  if (first === undefined) throw new Error('split gives one part at least');
  return { script: [first, ...others] };
}

interface Wrong {
  readonly message: string;
  readonly hint: string;
  /** Within the item. */
  readonly offset?: number;
  readonly text?: string;
}

function readItem(
  item: string,
  alone: boolean,
): { readonly run: ScriptedRun; readonly times: number } | Wrong {
  if (item === '') return { message: alone ? 'no run at all' : 'nothing between two commas', hint: ALLOWED };
  const parts = /^([^@*]*)(?:@([^@*]*))?(?:\*([^@*]*))?$/.exec(item);
  const [, word = '', after, times] = parts ?? [];
  if (parts === null)
    return {
      message: `\`${item}\` cannot be read`,
      hint: 'Write the time first, then how often: `1@30s*3`.',
    };
  const exit = readExit(word.trim());
  if (exit !== null && 'message' in exit) return exit;
  const duration = after === undefined ? null : parseDuration(after.trim());
  if (duration !== null && 'problem' in duration)
    return {
      message: `\`${after}\` is no duration`,
      hint: duration.problem.hint ?? duration.problem.message,
      offset: item.indexOf('@') + 1,
      text: after ?? '',
    };
  if (exit === null && (duration !== null || times !== undefined))
    return { message: '`hang` never ends', hint: 'It stands alone. A long run that ends is `0@10m`.' };
  if (times !== undefined && !/^\s*[1-9]\d{0,3}\s*$/.test(times))
    return {
      message: `\`${times}\` is no number of runs`,
      hint: `Write a whole number from 1 to ${MOST_RUNS}: \`1*3\`.`,
      offset: item.indexOf('*') + 1,
      text: times,
    };
  return {
    run: { exit, afterMs: duration === null ? DEFAULT_RUN_MS : duration.seconds * 1000 },
    times: Number(times ?? 1),
  };
}

/** Null: it never ends. */
function readExit(word: string): ExitKind | null | Wrong {
  if (word === 'hang') return null;
  if (/^\d+$/.test(word)) {
    const code = Number(word);
    return code <= 255
      ? { code }
      : { message: `${word} is no exit code`, hint: 'Exit codes go from 0 to 255.', text: word };
  }
  const minus = /^-(\d{1,2})$/.exec(word)?.[1];
  const signal = parseSignal(minus ?? word);
  if (signal === null || minus !== undefined) {
    const meant = signal === null ? (MEANT[word.toLowerCase()] ?? nearest(word)) : shortName(signal.name);
    return {
      message: `\`${word}\` is no exit code, signal or \`hang\``,
      hint: `${meant === undefined ? '' : `Did you mean \`${meant}\`? `}${ALLOWED}`,
      text: word,
    };
  }
  return HARMLESS.has(signal.name)
    ? { message: `${signal.name} ends no process`, hint: `Did you mean \`term\` or \`kill\`?`, text: word }
    : { signal: signal.number };
}

function nearest(word: string): string | undefined {
  const names = SIGNALS.filter(({ name }) => !HARMLESS.has(name)).map(({ name }) => shortName(name));
  const [best] = nearestNames(word.replace(/^sig/i, ''), [...names, 'hang']);
  return best;
}

/** `SIGSEGV` → `segv`. */
function shortName(name: string): string {
  return name.slice(3).toLowerCase();
}
