import type { LoopStore } from '../loop/store.ts';
import type { Told } from '../model/loop.ts';
import { eventToJson } from '../report/loop-json.ts';
import { renderEvent } from '../report/loop-text.ts';
import { capStandardError, createCappedLog } from '../sys/capped-log.ts';
import type { Context } from './context.ts';

/** Where everything goes that the loop does, and decides not to do. */
export interface Teller {
  tell(event: Told): void;
  /** From now on the last events are kept there, too, for `agent status`, after what former loops did. */
  noteIn(store: LoopStore, files: readonly string[]): Promise<void>;
  /** The note was removed: it is written once more. */
  noteAgain(): void;
  /** Once all of it is written. */
  end(): Promise<void>;
}

/** So many of the last events are kept for those who ask. */
const RECENT = 20;

/** What is told of a loop itself, and tells nothing of the next one. */
const OF_ONE_LOOP: ReadonlySet<Told['event']> = new Set([
  'started',
  'stopped',
  'file-loaded',
  'file-invalid',
]);

/** Text or JSON lines, to standard output or to a log of our own. */
export async function createTeller(
  { terminal, options }: Context,
  { log, sources }: { readonly log: string | null; readonly sources: () => Readonly<Record<string, string>> },
): Promise<Teller> {
  if (log !== null) capStandardError(log);
  const file = log === null ? null : await createCappedLog(log);
  const startedAt = Date.now();
  const recent: Told[] = [];
  let files: readonly string[] = [];
  let store: LoopStore | null = null;
  let writing: Promise<void> = Promise.resolve();

  function keepLast(): void {
    recent.splice(0, recent.length - RECENT);
  }

  function note(): void {
    const into = store;
    if (into === null) return;
    const now = { pid: process.pid, startedAt, files, recent: [...recent] };
    // What cannot be kept is told all the same.
    writing = writing.then(() => into.note(now)).catch(() => {});
  }

  return {
    tell(event) {
      const text = options.json
        ? `${eventToJson(event)}\n`
        : renderEvent(event, file === null ? terminal.style : { color: false, unicode: true }, {
            clock: file === null ? timeOfDay : dateAndTime,
            sources: sources(),
          });
      if (file === null) terminal.raw(text);
      else file.write(text);
      if (log !== null) capStandardError(log);
      recent.push(event);
      keepLast();
      note();
    },
    async noteIn(next, named) {
      const former = await next.readNote().catch(() => null);
      recent.unshift(...(former?.recent ?? []).filter(({ event }) => !OF_ONE_LOOP.has(event)));
      keepLast();
      store = next;
      files = named;
      note();
      await writing;
    },
    noteAgain: note,
    async end() {
      await writing;
      file?.close();
    },
  };
}

function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** `2026-11-22 04:12:53`, in local time. */
export function dateAndTime(at: number): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(at)}`;
}
