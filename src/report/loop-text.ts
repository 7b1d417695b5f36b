import { badEndsWords, COULD_NOT_START, couldNotStart, restartedWords } from '../launchd/last-exit.ts';
import type { JobName, Told } from '../model/loop.ts';
import { DONE } from './apply-text.ts';
import { changeName, opSymbol } from './change-text.ts';
import { renderDiagnostics } from './diagnostics.ts';
import { count, printable, sentence } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';

/**
 * An event of the loop as a person reads it: the time, a sign, what happened, and below it what to do, four blanks in.
 * Ends with a line end.
 *
 * @param sources of the files that a diagnostic shows
 */
export function renderEvent(
  event: Told,
  style: Style,
  options: { readonly clock: (at: number) => string; readonly sources?: Readonly<Record<string, string>> },
): string {
  const { sign, text, below = [] } = words(event, style, options);
  const time = paint(style, 'dim', options.clock(event.at));
  const lines = below.flatMap((part) => part.split('\n')).map((line) => `    ${line}`.trimEnd());
  return `${[`${time}  ${sign} ${text}`, ...lines].join('\n')}\n`;
}

interface Words {
  /** Painted; one that a plan has, too, means the same there. */
  readonly sign: string;
  readonly text: string;
  readonly below?: readonly string[];
}

function words(
  event: Told,
  style: Style,
  {
    clock,
    sources = {},
  }: { readonly clock: (at: number) => string; readonly sources?: Readonly<Record<string, string>> },
): Words {
  const job = (name: JobName): string => changeName(name, style);
  const hint = (text: string): string => `${paint(style, 'green', 'hint')}: ${sentence(text, style)}`;
  const sign = (color: Paint, mark: string) => ({ sign: paint(style, color, mark) });
  const info = sign('dim', '.');
  const well = sign('green', '.');
  const bad = sign('magenta', '!');
  const worse = sign('red', '!');
  switch (event.event) {
    case 'started':
      return {
        ...info,
        text: `watching ${printable(event.file, style)}, every ${seconds(event.intervalMs)} (pid ${event.pid})`,
      };
    case 'file-loaded':
      return {
        ...info,
        text: `${printable(event.file, style)}: ${count(event.jobs, 'job')} of the stack ${event.stack}`,
        below: told(event.diagnostics, sources, style),
      };
    case 'file-invalid':
      return {
        ...worse,
        text: event.keeps
          ? 'the file is invalid: the last good one stays in force'
          : 'the file is invalid: nothing is done until it is put right',
        below: told(event.diagnostics, sources, style),
      };
    case 'applied': {
      const why = event.reasons.includes('leftover')
        ? 'what a dead run left in its way was removed'
        : event.cause === 'outside'
          ? `had come to differ: ${event.keys.join(', ')}`
          : event.cause === 'unfinished'
            ? 'a run that was ended had left it half done'
            : event.files !== undefined && event.reasons.every((reason) => reason === 'trigger')
              ? `${event.files.join(', ')} changed`
              : 'as the file says now';
      return {
        sign: opSymbol(event.op, style),
        text: `${job(event)}  ${DONE[event.op]}; ${sentence(why, style)}`,
      };
    }
    case 'failed':
      return {
        ...worse,
        text: `${job(event)}  ${event.outcome === 'rolled-back' ? 'failed, and put back as it was' : 'failed'}; again at ${clock(event.retryAt)}, then less and less often`,
        below: [
          `[${printable(event.error.code, style)}] ${sentence(event.error.message, style)}`,
          hint(event.error.hint),
        ],
      };
    case 'left-alone':
      return {
        ...bad,
        text: `${job(event)}  left alone`,
        below: [`[${printable(event.code, style)}] ${sentence(event.message, style)}`, hint(event.hint)],
      };
    case 'another-manager': {
      const { writer } = event;
      const when = writer.writtenAt === null ? '' : `, last written at ${clock(writer.writtenAt)}`;
      return {
        ...bad,
        text: `${job(event)}  another manager: put right ${event.corrections} times within the hour, it differs again; left alone from now on`,
        below: [
          `what comes back: ${sentence(event.keys.join(', '), style)}`,
          sentence(
            `who writes ${event.plist}: ${writer.name ?? 'not known; what writes there shows with `sudo fs_usage -w -f filesys`'}${when}`,
            style,
          ),
          hint(
            `Let one of the two manage it: end the other, then \`reconcile apply --target ${event.instance ?? event.label}\`; or declare it \`managed_by: other\`, or those keys in \`ignore_changes\`.`,
          ),
        ],
      };
    }
    case 'health': {
      const name = event.instance ?? event.label;
      const again =
        event.restarts === 0 ? '' : `, restarted ${count(event.restarts, 'time')} within the hour`;
      if (event.state === 'healthy') return { ...well, text: `${job(event)}  healthy again${again}` };
      return {
        ...bad,
        text: `${job(event)}  ${event.state === 'unknown' ? 'its health is not known' : event.state}: ${sentence(event.reason, style)}`,
        below:
          event.retryAt === null
            ? [hint(`See how it is doing: reconcile status ${name}`)]
            : [
                `${again === '' ? 'restarted already' : `${again.slice(2)} already`}; not again before ${clock(event.retryAt)}`,
              ],
      };
    }
    case 'restarted':
      return {
        ...(event.outcome === 'applied' ? well : bad),
        text: `${job(event)}  ${event.outcome === 'applied' ? 'restarted' : `not restarted (${event.outcome})`}, since it was unhealthy: ${sentence(event.reason, style)}`,
      };
    case 'taken-up':
      return { ...info, text: `${job(event)}  minded again` };
    case 'crash-looping':
      return {
        ...bad,
        text: `${job(event)}  crash-looping: ${sentence(badEndsWords(event), style)}`,
        below: [
          hint(
            `Read \`reconcile logs ${event.instance ?? event.label}\`; with \`give_up: {after: 5, within: 10m}\` it would be taken out of launchd.`,
          ),
        ],
      };
    case 'restarted-often':
      return {
        ...bad,
        text: `${job(event)}  ${restartedWords(event)}`,
        below: [
          hint(
            `Unless that is meant, look for a program that restarts it; \`reconcile explain ${event.instance ?? event.label}\` tells what launchd does by itself.`,
          ),
        ],
      };
    case 'gave-up':
      return {
        ...worse,
        text: `${job(event)}  given up: ${sentence(badEndsWords(event), style)}; it is held`,
        below: [
          ...(event.log === null
            ? []
            : [
                `the end of ${printable(event.log.path, style)}:`,
                ...event.log.lines.map((line) => `  ${printable(line, style)}`),
              ]),
          hint(`${putRight(event)}, then run \`reconcile restart ${event.instance ?? event.label}\`.`),
        ],
      };
    case 'trouble':
      return {
        ...worse,
        text: `[${printable(event.code, style)}] ${sentence(event.message, style)}`,
        below: [
          event.retryAt === null
            ? 'the loop goes on meanwhile'
            : `tried again at ${clock(event.retryAt)}, then less and less often`,
          ...(event.hint === null ? [] : [hint(event.hint)]),
        ],
      };
    case 'recovered':
      return { ...well, text: `well again: ${printable(event.code, style)}` };
    case 'stopped':
      return { ...info, text: `ended (${event.why}) after ${count(event.rounds, 'round')}` };
  }
}

function told(
  diagnostics: Parameters<typeof renderDiagnostics>[0],
  sources: Readonly<Record<string, string>>,
  style: Style,
): readonly string[] {
  return diagnostics.length === 0 ? [] : [renderDiagnostics(diagnostics, sources, style).trimEnd()];
}

function putRight({ exits }: Extract<Told, { event: 'gave-up' }>): string {
  return couldNotStart(exits.at(-1) ?? null)
    ? `See \`reconcile explain ${COULD_NOT_START}\`, put it right`
    : 'Put it right';
}

function seconds(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}
