import type { Happening, HistoryEvent } from '../model/history.ts';
import { eventOf, type OnEvent } from '../model/on-event.ts';
import { type Run, runProgram } from './exec.ts';

/** Of each run of the command. */
const TIME_LIMIT_MS = 10_000;
/** An event that waited longer for its turn is dropped: a slow command must not keep us alive. */
const LONGEST_WAIT_MS = 30_000;
/** Asked to end ourselves, we leave it this long for what is under way, and for what still waits. */
const LAST_WORDS_MS = 5_000;
/** Bytes. What it says is read by nobody; a command that says more is out of hand. */
const OUTPUT_LIMIT = 1024 * 1024;
/** Characters of one variable. */
const VARIABLE_LIMIT = 4_096;

export interface NotifierOptions {
  readonly by: HistoryEvent['by'];
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as, where root works for a user: the file may be that user's. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** Told what went wrong with the command, each thing once. */
  readonly note: (text: string) => void;
  /** When we are to end, by Ctrl-C or SIGTERM: then a command that hangs must not keep us. */
  readonly signal?: AbortSignal;
  readonly timeLimitMs?: number;
  readonly lastWordsMs?: number;
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
  const { by, env, note, timeLimitMs = TIME_LIMIT_MS, lastWordsMs = LAST_WORDS_MS } = options;
  // What the command itself does with reconcile must not run it again, and so on for ever.
  const isWithin = env['RECONCILE_EVENT'] !== undefined;
  const cut = new AbortController();
  const soon = (): void => void setTimeout(() => cut.abort(), lastWordsMs).unref();
  if (options.signal?.aborted) soon();
  options.signal?.addEventListener('abort', soon, { once: true });
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
        signal: cut.signal,
        input: `${JSON.stringify({ ...happening, time, by })}\n`,
        ...(options.as === undefined ? {} : { as: options.as }),
      });
      const why = whyWrong(ended, timeLimitMs);
      if (why !== null) complain(`${name} ${why}.`);
    } catch (error) {
      complain(`${name} cannot be run: ${whyNotRun(error as NodeJS.ErrnoException)}.`);
    }
  }

  return {
    use(next) {
      setting = next;
    },
    tell(happening) {
      const event = eventOf(happening.what);
      if (setting === null || event === null || isWithin || !setting.events.includes(event)) return;
      const { command } = setting;
      const told = performance.now();
      const time = new Date().toISOString();
      queue = queue.then(() => {
        if (cut.signal.aborted) {
          complain('on_event: some events were left out, since reconcile was asked to end.');
          return undefined;
        }
        if (performance.now() - told <= LONGEST_WAIT_MS) return run(command, happening, time);
        complain('on_event: the command is too slow for so many events; some were left out.');
        return undefined;
      });
    },
    settled: () => queue,
  };
}

function whyWrong({ end, code, stderr }: Run, limitMs: number): string | null {
  switch (end) {
    case 'timed-out':
      return `did not end within ${limitMs / 1000} s and was ended`;
    case 'too-much-output':
      return `said more than ${OUTPUT_LIMIT / 1024} KiB and was ended`;
    case 'aborted':
      return 'had not ended when reconcile was asked to end, and was ended';
    case 'signalled':
      return 'was ended by a signal';
    case 'exited':
  }
  if (code === 0) return null;
  const first = (stderr.trim().split('\n')[0] ?? '').replace(/\p{Cc}/gu, ' ');
  return `ended with ${code}${first === '' ? '' : `: ${first.slice(0, 200)}`}`;
}

function whyNotRun({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'it, or what its first line names, is not there';
  if (code === 'EACCES') return 'it is not executable, or a folder on the way is closed';
  if (code === 'ENOEXEC') return 'it is no program, and no script that begins with #!';
  return message;
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
