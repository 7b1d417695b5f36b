import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { HistoryEvent } from '../model/history.ts';
import { matchesAny } from '../plan/targets.ts';
import { renderHistory } from '../report/history-text.ts';
import { count } from '../report/printable.ts';
import { realZone } from '../sys/clock.ts';
import { type HistoryReading, readHistory } from '../sys/history.ts';
import { parseEvent } from '../sys/history-file.ts';
import { follow } from '../sys/tail.ts';
import type { Command, Context } from './context.ts';
import { loadDeclaration, noteDiagnostics } from './declaration.ts';
import { printDocument } from './document.ts';
import { type Named, resolveName } from './names.ts';
import { chooseWho, type Who } from './who.ts';

const DEFAULT_EVENTS = 50;

/**
 * What was done to the jobs, and what was left alone, and why. It needs no file: jobs that are declared no longer have a
 * history too. With `--file`, that of its stack alone. With `--follow` it goes on until Ctrl-C, or until nobody reads it.
 */
export const history: Command<{
  readonly name?: string;
  readonly follow?: boolean;
  readonly lines?: number;
}> = async (args, context) => {
  const { terminal, options, signal } = context;
  const who = chooseWho(context);
  const isStacks = ofStack(context);
  // Root, for nobody in particular, has one history.
  const places =
    who.rights === 'root-alone' ? { ...who.places, userState: who.places.systemState } : who.places;
  const reading = await readHistory(places);
  const all = reading.events.filter(isStacks);
  const isMeant = ofName(args.name, all, context);
  const isShown = (event: HistoryEvent): boolean => isStacks(event) && isMeant(event) && isTargeted(event);
  const events = all.filter(isShown).slice(-(args.lines ?? DEFAULT_EVENTS));
  const diagnostics = tellReading(reading, who);
  const text = (shown: readonly HistoryEvent[]): string =>
    renderHistory(shown, { style: terminal.style, now: Date.now(), offset: realZone.offset });

  if (options.json && args.follow !== true) {
    printDocument(context, EXIT.ok, { events }, diagnostics);
    return EXIT.ok;
  }
  noteDiagnostics(context, diagnostics, {});
  const say = (shown: readonly HistoryEvent[]): void => {
    if (options.json) for (const event of shown) terminal.out(JSON.stringify(event));
    else if (shown.length > 0) terminal.out(text(shown));
  };
  say(events);
  if (events.length === 0 && !options.json) terminal.note(`${whyNothing(all, args.name, options)}.`);
  if (args.follow !== true) return EXIT.ok;
  const end = AbortSignal.any([signal, terminal.closed]);
  await Promise.all(
    [...reading.ends].map(([path, offset]) => {
      let rest = '';
      const hear = (chunk: string): void => {
        const lines = `${rest}${chunk}`.split('\n');
        rest = lines.pop() ?? '';
        const told = lines.flatMap((line) => parseEvent(line) ?? []);
        say(told.filter((event) => reading.counts(event, path) && isShown(event)));
      };
      return follow(path, offset, hear, end).catch((error: NodeJS.ErrnoException) => {
        // Root's is closed to others, which was told; it may also come, or be closed, meanwhile.
        if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
      });
    }),
  );
  return signal.aborted ? EXIT.interrupted : EXIT.ok;

  function isTargeted({ instance, label }: HistoryEvent): boolean {
    return options.target.length === 0 || matchesAny(options.target, instance, label);
  }
};

function whyNothing(
  all: readonly HistoryEvent[],
  name: string | undefined,
  { target, file }: Context['options'],
): string {
  const meant = name ?? (target.length > 0 && all.length > 0 ? target.join(', ') : null);
  if (meant !== null) return `Nothing is told of ${meant}`;
  const whose = file.length === 0 ? '' : ' to the jobs of this file';
  return `Nothing has happened yet${whose}: \`reconcile apply\` and its like are told here`;
}

/** With `--file`, the events of its stack. */
function ofStack(context: Context): (event: HistoryEvent) => boolean {
  if (context.options.file.length === 0) return () => true;
  const { name } = loadDeclaration(context).config;
  return ({ stack }) => stack === name;
}

/** A job that is declared and has no history yet is known all the same. */
function ofName(
  name: string | undefined,
  events: readonly HistoryEvent[],
  context: Context,
): (event: HistoryEvent) => boolean {
  if (name === undefined) return () => true;
  const jobs = [...new Map(events.map((event) => [event.label, event])).values()];
  try {
    const { label } = resolveName(name, jobs);
    return (event) => event.label === label;
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.code !== 'name/unknown') throw error;
    const known = new Set(jobs.map(({ label }) => label));
    const others = declaredJobs(context).filter(({ label }) => !known.has(label));
    if (known.size + others.length === 0)
      throw new ReconcileError(error.code, error.message, {
        hint: 'Nothing has happened yet, and no job is declared here.',
        exitCode: error.exitCode,
      });
    const { label } = resolveName(name, [...jobs, ...others]);
    return (event) => event.label === label;
  }
}

/** Without a file that can be read, none: the history does not depend on it. */
function declaredJobs(context: Context): readonly Named[] {
  try {
    return loadDeclaration(context).jobs;
  } catch {
    return [];
  }
}

function tellReading({ damaged, unreadable }: HistoryReading, { rights }: Who): readonly Diagnostic[] {
  const place = { file: null, line: null, column: null };
  return [
    ...[...damaged].map(([path, lines]) => ({
      ...place,
      code: 'history/damaged',
      severity: 'warning' as const,
      message: `${count(lines, 'line')} of ${path} cannot be read and ${lines === 1 ? 'is' : 'are'} left out.`,
      hint: 'A run that was killed, or a full disk, may have left half a line. Nothing else depends on it.',
    })),
    ...[...unreadable].map(([path, { code, message }]) =>
      rights === 'user' && (code === 'EACCES' || code === 'EPERM')
        ? {
            ...place,
            code: 'history/hidden',
            severity: 'info' as const,
            message: 'What root did by itself is told to root alone.',
            hint: 'sudo reconcile history',
          }
        : {
            ...place,
            code: 'history/unreadable',
            severity: 'warning' as const,
            message: `${path} cannot be read: ${message}.`,
            hint: 'Correct its owner and mode (yours, 0600), or move it away: a new one is begun.',
          },
    ),
  ];
}
