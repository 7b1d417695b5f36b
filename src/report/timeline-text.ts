import type { Job } from '../model/job.ts';
import type { LookAhead, Track } from '../simulate/look-ahead.ts';
import { segmentsOf } from '../simulate/timeline.ts';
import { scriptWords, timeWords } from '../simulate/words.ts';
import { changeName } from './change-text.ts';
import { padEnd, padStart, sentence } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';
import { type Cell, cellsOf, ticksOf } from './timeline-cells.ts';
import { type RunRow, runRows } from './timeline-rows.ts';
import { axisWall, momentOf, outcomeWords, policyTitle, timelineTitle } from './timeline-title.ts';
import { wrap } from './wrap.ts';

/** A bar wider than this is harder to read, not easier; a narrower one says nothing. */
const WIDEST = 200;
const NARROWEST = 40;

/** Rows of one table at most; the rest is counted. */
const MOST_ROWS = 20;

interface Sign {
  readonly unicode: string;
  readonly plain: string;
  readonly color: Paint;
  readonly means: string;
}

/** In the order of the legend. No meaning hangs on a colour. */
const SIGNS: Readonly<Record<Cell, Sign>> = {
  running: { unicode: '━', plain: '=', color: 'green', means: 'runs' },
  waiting: { unicode: '╌', plain: '-', color: 'yellow', means: 'waits for the throttle' },
  down: { unicode: '·', plain: '.', color: 'dim', means: 'down' },
  good: { unicode: '✓', plain: 'o', color: 'green', means: 'exit 0' },
  bad: { unicode: '✗', plain: 'x', color: 'red', means: 'failure or kill' },
  crash: { unicode: '!', plain: '!', color: 'magenta', means: 'crash' },
  unknown: { unicode: ' ', plain: ' ', color: 'dim', means: 'not looked at' },
};

/** One timeline with its runs, or several on one axis. `columns`: of the terminal. Ends with a line end. */
export function renderLookAhead(job: Job, ahead: LookAhead, style: Style, columns: number): string {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns));
  const { tracks, forMs } = ahead;
  const bars = tracks.map((track) => barOf(track, forMs, width));
  const told = tracks.length === 1 ? oneInWords(ahead.tracks[0], style) : manyInWords(tracks, style);
  return `${[
    changeName(job, style),
    wrap(`${scriptWords(ahead.script)} Seen for ${timeWords(forMs)} from ${momentOf(ahead)}.`, style),
    [
      ...tracks.flatMap((track, index) => [
        titleLine(track, style, width),
        paintBar(bars[index] ?? [], style),
      ]),
      ...axis(ahead, width, style),
      legend(bars.flat(), style),
    ].join('\n'),
    ...told,
  ].join('\n\n')}\n`;
}

function barOf({ timeline }: Track, forMs: number, width: number): readonly Cell[] {
  return cellsOf(segmentsOf(timeline), forMs, width);
}

function titleLine({ timeline, declared }: Track, style: Style, width: number): string {
  const title = timelineTitle(timeline.plist, style);
  if (!declared) return paint(style, 'bold', title);
  return `${paint(style, 'bold', title)}${paint(style, 'dim', padStart('as declared', width - title.length))}`;
}

function paintBar(cells: readonly Cell[], style: Style): string {
  let line = '';
  for (let from = 0; from < cells.length; ) {
    const cell = cells[from] ?? 'unknown';
    let to = from;
    while (cells[to] === cell) to += 1;
    line += paint(style, SIGNS[cell].color, sign(cell, style).repeat(to - from));
    from = to;
  }
  return line.trimEnd();
}

function sign(cell: Cell, style: Style): string {
  return style.unicode ? SIGNS[cell].unicode : SIGNS[cell].plain;
}

/** The line with its ticks, and their labels under it; one that would touch its neighbour is left out. */
function axis(ahead: LookAhead, width: number, style: Style): readonly string[] {
  const { forMs } = ahead;
  const [line, start, middle, end] = style.unicode ? ['─', '├', '┼', '┤'] : ['-', '|', '+', '|'];
  const columnOf = (ms: number): number => {
    const column = Math.floor((ms / forMs) * width);
    // Beside the end there is no room for another sign.
    return column >= width - 2 ? width - 1 : column;
  };
  const ticks = ticksOf(forMs, Math.floor(width / 12), axisWall(ahead)).map((tick) => ({
    ...tick,
    column: columnOf(tick.ms),
  }));
  const ruler = Array.from({ length: width }, (_, column) => {
    if (column === 0) return start;
    if (column === width - 1) return end;
    return ticks.some((tick) => tick.column === column) ? middle : line;
  }).join('');
  let labels = '';
  for (const { column, label } of ticks) {
    const from = Math.max(0, Math.min(width - label.length, column - Math.floor(label.length / 2)));
    const place = column === 0 ? 0 : column === width - 1 ? width - label.length : from;
    if (labels === '' || place >= labels.length + 2) labels = padEnd(labels, place) + label;
  }
  return [paint(style, 'dim', ruler), paint(style, 'dim', labels)];
}

/** Only of the signs that are there. */
function legend(cells: readonly Cell[], style: Style): string {
  const seen = new Set(cells);
  const words = Object.entries(SIGNS)
    .filter(([cell]) => cell !== 'unknown' && seen.has(cell as Cell))
    .map(
      ([cell, { color, means }]) =>
        `${paint(style, color, sign(cell as Cell, style))} ${paint(style, 'dim', means)}`,
    );
  return `\n${words.join('   ')}`;
}

function oneInWords(track: Track, style: Style): readonly string[] {
  const { timeline, outcome } = track;
  const rows = runRows(timeline);
  return [
    ...(rows.length === 0 ? [] : [table(rows, style)]),
    wrap(`${sentenceCase(outcomeWords(outcome, timeline.playedMs))}.`, style),
    ...findings(track, style, 0),
  ];
}

function manyInWords(tracks: readonly Track[], style: Style): readonly string[] {
  return tracks.map((track) => {
    const { timeline, outcome } = track;
    const title = policyTitle(timeline.plist, style);
    const words = `${outcomeWords(outcome, timeline.playedMs)}.`;
    const head = `${paint(style, 'bold', title)}: ${wrap(words, style, { used: title.length + 2, indent: 2 })}`;
    return [head, ...findings(track, style, 2)].join('\n');
  });
}

function findings({ findings: found }: Track, style: Style, indent: number): readonly string[] {
  return found.map(({ severity, message, next }) => {
    const word = severity === 'warning' ? 'warning' : 'note';
    const head = paint(style, severity === 'warning' ? 'yellow' : 'cyan', word);
    const blanks = ' '.repeat(indent);
    const text = next === null ? message : `${message} ${next}`;
    return `${blanks}${head}: ${wrap(text, style, { used: indent + word.length + 2, indent: indent + 2 })}`;
  });
}

const COLUMNS = ['run', 'starts', 'why', 'ends', 'exit', 'next'] as const;
const HEADS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  run: 'RUN',
  starts: 'STARTS',
  why: 'WHY',
  ends: 'ENDS',
  exit: 'HOW',
  next: 'THEN',
};
const FROM_THE_RIGHT: ReadonlySet<string> = new Set(['run', 'starts', 'ends']);

function table(rows: readonly RunRow[], style: Style): string {
  const shown = rows.slice(0, MOST_ROWS);
  const widths = Object.fromEntries(
    COLUMNS.map((column) => [
      column,
      Math.max(HEADS[column].length, ...shown.map((row) => sentence(row[column], style).length)),
    ]),
  );
  const pad = (column: (typeof COLUMNS)[number], text: string): string => {
    const width = column === 'next' ? 0 : (widths[column] ?? 0);
    const plain = sentence(text, style);
    return FROM_THE_RIGHT.has(column) ? padStart(plain, width) : padEnd(plain, width);
  };
  const lines = shown.flatMap((row) => {
    const cells = COLUMNS.map((column) => {
      const text = pad(column, row[column]);
      return column === 'exit' && row.kind !== null ? paint(style, SIGNS[row.kind].color, text) : text;
    });
    const more =
      row.more === null
        ? []
        : [
            paint(
              style,
              'dim',
              `${padStart(style.unicode ? '⋮' : ':', widths['run'] ?? 0)}  ${row.more.runs} more like this, the last at ${row.more.last}`,
            ),
          ];
    return [cells.join('  ').trimEnd(), ...more];
  });
  const rest = rows.slice(MOST_ROWS).reduce((sum, { more }) => sum + 1 + (more?.runs ?? 0), 0);
  return [
    paint(style, 'dim', COLUMNS.map((column) => pad(column, HEADS[column])).join('  ')),
    ...lines,
    ...(rest === 0 ? [] : [paint(style, 'dim', `and ${rest} more runs; --json lists them all`)]),
  ].join('\n');
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
