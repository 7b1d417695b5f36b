import type { Happening, HistoryEvent } from '../model/history.ts';
import { eventOf, type OnEvent } from '../model/on-event.ts';
import { type Run, runProgram } from './exec.ts';

/** Of each run of the command. */
const TIME_LIMIT_MS = 10_000;
/** An event that waited longer for its turn is dropped: a slow command must not keep us alive. */
const LONGEST_WAIT_MS = 30_000;
const OUTPUT_LIMIT = 64 * 1024;
/** Characters of one variable. */
const VARIABLE_LIMIT = 4_096;

export interface NotifierOptions {
  readonly by: HistoryEvent['by'];
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as, where root works for a user: the file may be that user's. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** Told what went wrong with the command, each thing once. */
  readonly note: (text: string) => void;
  readonly timeLimitMs?: number;
}

/** Runs a command on events. */
export interface Notifier {
  /** What the file says now; null: nothing is run. */
  use(setting: OnEvent | null): void;
  /** Runs it, if it is meant for this; returns at once, and never throws. */
  tell(happening: Happening): void;
  /** All that was told is done, or dropped. */
  settled(): Promise<void>;
}

/**
 * One run at a time, in the order of the events, each bounded in time. Nobody waits for them: this process only lives on
 * until the last one has ended.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const { by, env, note, timeLimitMs = TIME_LIMIT_MS } = options;
  const said = new Set<string>();
  let setting: OnEvent | null = null;
  let queue: Promise<void> = Promise.resolve();

  function complain(why: string): void {
    if (said.has(why)) return;
    said.add(why);
    note(why);
  }

  async function run(command: readonly string[], happening: Happening, time: string): Promise<void> {
    const [program = '', ...args] = command;
    const name = `on_event: ${program}`;
    try {
      const ended = await runProgram(program, args, {
        env: { ...env, ...variablesOf(happening) },
        timeoutMs: timeLimitMs,
        outputLimit: OUTPUT_LIMIT,
        input: `${JSON.stringify({ ...happening, time, by })}\n`,
        ...(options.as === undefined ? {} : { as: options.as }),
      });
      const why = whyWrong(ended, timeLimitMs);
      if (why !== null) complain(`${name} ${why}.`);
    } catch (error) {
      complain(`${name} cannot be run: ${(error as Error).message}.`);
    }
  }

  return {
    use(next) {
      setting = next;
    },
    tell(happening) {
      const event = eventOf(happening.what);
      if (setting === null || event === null || !setting.events.includes(event)) return;
      const { command } = setting;
      const told = performance.now();
      const time = new Date().toISOString();
      queue = queue.then(() => {
        if (performance.now() - told <= LONGEST_WAIT_MS) return run(command, happening, time);
        complain('on_event: the command is too slow for so many events; some were left out.');
        return undefined;
      });
    },
    settled: () => queue,
  };
}

function whyWrong({ end, code, stderr }: Run, limitMs: number): string | null {
  if (end === 'timed-out') return `did not end within ${limitMs / 1000} s and was ended`;
  if (end !== 'exited') return 'was ended by a signal, or said far too much';
  if (code === 0) return null;
  const first = stderr.trim().split('\n')[0] ?? '';
  return `ended with ${code}${first === '' ? '' : `: ${first.slice(0, 200)}`}`;
}

function variablesOf(happening: Happening): Readonly<Record<string, string>> {
  const { what, stack, instance, label, domain, reason, error } = happening;
  const variables = {
    RECONCILE_EVENT: eventOf(what) ?? what,
    RECONCILE_STACK: stack,
    RECONCILE_INSTANCE: instance ?? '',
    RECONCILE_LABEL: label,
    RECONCILE_DOMAIN: domain,
    RECONCILE_REASON: reason,
    RECONCILE_ERROR: error?.code ?? '',
    RECONCILE_MESSAGE: error?.message ?? reason,
  };
  // A variable ends at a NUL, and systems bound its length; the JSON has it whole.
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [
      name,
      text.replaceAll('\0', '').slice(0, VARIABLE_LIMIT),
    ]),
  );
}
