import type { FieldHistory, HistoryEvent, What } from '../model/history.ts';
import { count, displayWidth, padEnd, padStart, printable, sentence } from './printable.ts';
import { arrow, ellipsis, type Paint, paint, type Style } from './style.ts';
import { renderPath } from './value-text.ts';

export interface HistoryTextOptions {
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Minutes by which the reader's clock is ahead of UTC at an instant. */
  readonly offset: (instant: number) => number;
}

/** Fields of one change that are shown; `--json` has all. */
const SHOWN_FIELDS = 6;
/** Characters of one value that are shown. */
const SHOWN_VALUE = 60;

const COLORS: Partial<Record<What, Paint>> = {
  failed: 'red',
  'rolled-back': 'red',
  'rollback-failed': 'red',
  'gave-up': 'red',
  'another-manager': 'magenta',
  unhealthy: 'yellow',
  'left-alone': 'yellow',
  deferred: 'yellow',
};

/**
 * Events in aligned lines, the newest last: when, how long ago, what, which job, why, by whom; under one, what changed and
 * what went wrong. Ends with a line end; empty for no events.
 */
export function renderHistory(events: readonly HistoryEvent[], options: HistoryTextOptions): string {
  const { style } = options;
  const stacks = new Set(events.map(({ stack }) => stack));
  const rows = events.map((event) => ({
    event,
    ago: agoWords(options.now - Date.parse(event.time)),
    name: printable(stacks.size > 1 ? `${event.stack}/${nameOf(event)}` : nameOf(event), style),
  }));
  const wide = (cells: readonly string[]): number => Math.max(...cells.map(displayWidth));
  const widths = {
    ago: wide(rows.map(({ ago }) => ago)),
    what: wide(rows.map(({ event }) => event.what)),
    name: wide(rows.map(({ name }) => name)),
  };
  return rows
    .flatMap(({ event, ago, name }) => [
      [
        paint(style, 'dim', localTime(Date.parse(event.time), options.offset)),
        paint(style, 'dim', padStart(ago, widths.ago)),
        paint(style, COLORS[event.what] ?? 'green', padEnd(event.what, widths.what)),
        paint(style, 'bold', padEnd(name, widths.name)),
        `${sentence(event.reason, style)}  ${paint(style, 'dim', `(${printable(event.by.command, style)}, process ${event.by.pid})`)}`,
      ].join('  '),
      ...fieldLines(event, style),
      ...(event.leftovers ?? []).map(
        ({ name, why }) =>
          `    leftover: ${printable(name, style)}  ${paint(style, 'dim', sentence(why, style))}`,
      ),
      ...errorLines(event, style),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

const nameOf = ({ instance, label }: HistoryEvent): string => instance ?? label;

/** Of a job that came or went, all keys are new or gone. */
function fieldLines({ what, fields }: HistoryEvent, style: Style): readonly string[] {
  if (what === 'created' || what === 'deleted') return [];
  const more = fields.length - SHOWN_FIELDS;
  return [
    ...fields.slice(0, SHOWN_FIELDS).map((field) => `    ${fieldText(field, style)}`),
    ...(more > 0 ? [`    and ${count(more, 'key')} more (--json tells all)`] : []),
  ];
}

function errorLines({ error, what }: HistoryEvent, style: Style): readonly string[] {
  if (error === null) return [];
  const color = COLORS[what] ?? 'yellow';
  const hint =
    error.hint === '' ? [] : [`    ${paint(style, 'dim', `hint: ${sentence(error.hint, style)}`)}`];
  return [
    `    ${paint(style, color, `[${printable(error.code, style)}]`)} ${sentence(error.message, style)}`,
    ...hint,
  ];
}

function fieldText({ path, before, after }: FieldHistory, style: Style): string {
  return `${renderPath(path, style)}: ${valueText(before, style)} ${arrow(style)} ${valueText(after, style)}`;
}

function valueText(value: unknown, style: Style): string {
  if (value === null || value === undefined) return 'absent';
  if (value === '(sensitive)') return '(sensitive)';
  const text = printable(JSON.stringify(value), style);
  return text.length <= SHOWN_VALUE ? text : `${text.slice(0, SHOWN_VALUE)}${ellipsis(style)}`;
}

/** `2026-11-22 04:05:09`, by the reader's clock. */
function localTime(instant: number, offset: (instant: number) => number): string {
  const local = new Date(instant + offset(instant) * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `2 h ago`, in the largest unit that it holds; `now` below a second, and for what a clock set back makes later. */
export function agoWords(ms: number): string {
  const unit = UNITS.find(([, size]) => ms >= size);
  return unit === undefined ? 'now' : `${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}
