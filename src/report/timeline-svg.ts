import type { Job } from '../model/job.ts';
import type { LookAhead, Track } from '../simulate/look-ahead.ts';
import { type Segment, segmentsOf } from '../simulate/timeline.ts';
import { scriptWords, timeWords } from '../simulate/words.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { type Cell, cellsOf, type EndKind, endKind, type Tick, ticksOf } from './timeline-cells.ts';
import { STYLE_SHEET } from './timeline-svg-style.ts';
import { axisWall, momentOf, outcomeWords, rawPolicy, timelineTitle } from './timeline-title.ts';

/** Text goes into the drawing as it is, but for what a reader could not see. */
const TEXT: Style = { color: false, unicode: true };

const WIDTH = 960;
const MARGIN = 32;
const PLOT = WIDTH - 2 * MARGIN;
const HEAD = 104;
const LANE = 26;
/** From the top of one track to that of the next. */
const TRACK = 78;
/** Below the last lane: axis and legend. */
const FOOT = 86;

/** Marks nearer to each other than this, in pixels, would cover each other: the track is drawn in slices then. */
const CROWDED = 5;
const SLICE = 3;
const LARGEST_MARK = 8;
/** Two that are nearer still overlap. */
const SMALLEST_MARK = 5;
const MOST_TICKS = 8;

/**
 * The same as `renderLookAhead`, as a drawing: one SVG document, with a title and a description for those who cannot see it,
 * for light and dark pages. Ends with a line end.
 */
export function renderSvg(job: Job, ahead: LookAhead): string {
  const { tracks, forMs, script } = ahead;
  const ticks = ticksOf(forMs, MOST_TICKS, axisWall(ahead));
  const lanes = HEAD + (tracks.length - 1) * TRACK + 14 + LANE;
  const height = lanes + FOOT;
  const name = `${job.instance}: what launchd does with it`;
  const subtitle = scriptWords(script);
  const told = tracks.map(
    (track) =>
      `${timelineTitle(track.timeline.plist, TEXT)}: ${outcomeWords(track.outcome, track.timeline.playedMs)}. ${track.findings.map(({ message }) => message).join(' ')}`,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="timeline-title timeline-desc" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
    `<title id="timeline-title">${xml(name)}</title>`,
    `<desc id="timeline-desc">${xml([subtitle, `For ${timeWords(forMs)} from ${momentOf(ahead)}:`, ...told].join(' '))}</desc>`,
    STYLE_SHEET,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>`,
    `<text class="name" x="${MARGIN}" y="40">${xml(shorten(job.instance, 40))}<tspan class="soft label" dx="12">${xml(shorten(job.label, 50))}</tspan></text>`,
    `<text class="soft" x="${MARGIN}" y="64">${xml(shorten(subtitle, LONGEST_LINE))}</text>`,
    ...axis(ticks, forMs, lanes),
    ...tracks.flatMap((track, index) => drawTrack(track, forMs, ticks, HEAD + index * TRACK)),
    ...legend(tracks, lanes + 62),
    '</svg>',
  ].join('\n')}\n`;
}

/** At the edges labels stand within the drawing. */
function axis(ticks: readonly Tick[], forMs: number, bottom: number): readonly string[] {
  return ticks.map(({ ms, label }) => {
    const x = at(ms, forMs);
    const half = (label.length * LETTER) / 2;
    const anchor = x - half < MARGIN ? 'start' : x + half > WIDTH - MARGIN ? 'end' : 'middle';
    return `<text class="soft tick" x="${x}" y="${bottom + 20}" text-anchor="${anchor}">${xml(label)}</text>`;
  });
}

function drawTrack(
  { timeline, declared, outcome, findings }: Track,
  forMs: number,
  ticks: readonly Tick[],
  top: number,
): readonly string[] {
  const { plist, playedMs } = timeline;
  const segments = segmentsOf(timeline);
  const warnings = findings.filter(({ severity }) => severity === 'warning').map(({ brief }) => brief);
  const verdict = warnings.join('; ') || (findings[0]?.brief ?? outcomeWords(outcome, playedMs));
  const lane = top + 14;
  const room = PLOT - verdict.length * BOLD_LETTER - 16;
  const title = shorten(timelineTitle(plist, TEXT), Math.max(20, Math.floor(room / (BOLD_LETTER * 1.08))));
  const left = (room - title.length * BOLD_LETTER * 1.08) / LETTER - 2;
  // What would run into the verdict is left out.
  const notes = [rawPolicy(plist, TEXT), declared ? 'as declared' : '']
    .filter((note) => note !== '')
    .join(', ');
  const ends = segments.filter(({ exit }) => exit !== null).length;
  const crowded = ends > 0 && PLOT / (forMs / (playedMs / ends)) < CROWDED;
  return [
    `<text class="title" x="${MARGIN}" y="${top + 4}">${xml(title)}<tspan class="soft note" dx="10">${xml(notes.length > left ? '' : notes)}</tspan></text>`,
    `<text class="${warnings.length > 0 ? 'warning' : 'soft'} verdict" x="${WIDTH - MARGIN}" y="${top + 4}" text-anchor="end">${xml(verdict)}</text>`,
    `<rect class="lane" x="${MARGIN}" y="${lane}" width="${PLOT}" height="${LANE}" rx="5"/>`,
    `<path class="grid" d="${ticks.map(({ ms }) => `M${at(ms, forMs)} ${lane}v${LANE}`).join('')}"/>`,
    ...(crowded ? drawSlices(segments, forMs, lane) : drawSegments(segments, forMs, lane)),
  ];
}

/** Each run as a box, each wait as a line, each end as a mark. */
function drawSegments(segments: readonly Segment[], forMs: number, lane: number): readonly string[] {
  const middle = lane + LANE / 2;
  const states = segments.map(({ state, from, to }) => {
    const [x, right] = [at(from, forMs), at(to, forMs)];
    return state === 'running'
      ? `<rect class="running" x="${x}" y="${lane + 3}" width="${round(Math.max(2, right - x))}" height="${LANE - 6}" rx="2"/>`
      : `<path class="${state}" d="M${x} ${middle}H${right}"/>`;
  });
  const ends = segments.filter(({ exit }) => exit !== null);
  const marks = ends.map(({ to, exit }, index) => {
    const x = at(to, forMs);
    const neighbour = [ends[index - 1], ends[index + 1]]
      .map((other) => (other === undefined ? PLOT : Math.abs(at(other.to, forMs) - x)))
      .reduce((least, gap) => Math.min(least, gap));
    const size = round(Math.min(LARGEST_MARK, Math.max(SMALLEST_MARK, neighbour / 2 - 0.5)));
    // The mark of a run that has only begun would stand outside of the lane.
    return exit === null ? '' : mark(endKind(exit), Math.max(x, MARGIN + size), middle, size);
  });
  return [...states, ...marks];
}

/** What is too much to be told apart: the worst end, or the longest state, of each slice. */
function drawSlices(segments: readonly Segment[], forMs: number, lane: number): readonly string[] {
  const cells = cellsOf(segments, forMs, Math.floor(PLOT / SLICE));
  const drawn: string[] = [];
  for (let from = 0; from < cells.length; ) {
    let to = from;
    while (cells[to] === cells[from]) to += 1;
    const x = round(MARGIN + (from * PLOT) / cells.length);
    const width = round(((to - from) * PLOT) / cells.length);
    if (cells[from] !== 'unknown')
      drawn.push(
        `<rect class="slice ${cells[from]}" x="${x}" y="${lane + 3}" width="${width}" height="${LANE - 6}"/>`,
      );
    from = to;
  }
  return drawn;
}

/** Told apart by their shape, too: a tick in a circle, a cross in a square, a ! in a diamond. */
function mark(kind: EndKind, x: number, y: number, size: number): string {
  const arm = round(size * 0.42);
  const signs: Readonly<Record<EndKind, string>> = {
    good: `M${-arm} 0l${round(arm * 0.75)} ${round(arm * 0.8)}l${round(arm * 1.25)} ${round(-arm * 1.6)}`,
    bad: `M${-arm} ${-arm}l${2 * arm} ${2 * arm}M${arm} ${-arm}l${-2 * arm} ${2 * arm}`,
    crash: `M0 ${round(-arm * 1.1)}v${round(arm * 1.2)}M0 ${round(arm * 1)}v0.4`,
  };
  const side = round(size * 0.92);
  const shapes: Readonly<Record<EndKind, string>> = {
    good: `<circle class="good" r="${size}"/>`,
    bad: `<rect class="bad" x="${-side}" y="${-side}" width="${2 * side}" height="${2 * side}" rx="${round(size / 4)}"/>`,
    crash: `<path class="crash" d="M0 ${round(-size * 1.2)}L${round(size * 1.2)} 0L0 ${round(size * 1.2)}L${round(-size * 1.2)} 0Z"/>`,
  };
  const sign = size < 5 ? '' : `<path class="sign" d="${signs[kind]}"/>`;
  return `<g transform="translate(${round(x)} ${y})">${shapes[kind]}${sign}</g>`;
}

const LEGEND: readonly (readonly [cell: Cell, means: string])[] = [
  ['running', 'runs'],
  ['waiting', 'waits for the throttle'],
  ['down', 'down'],
  ['good', 'exit 0'],
  ['bad', 'failure or kill'],
  ['crash', 'crash'],
];

/** Columns that a letter takes, roughly: where the next sign stands need not be exact. */
const LETTER = 6.3;
/** Of the verdict; the title's are a little larger. Where fonts are narrower, a little too much is left out. */
const BOLD_LETTER = 8.2;

function legend(tracks: readonly Track[], y: number): readonly string[] {
  const seen = new Set<Cell>(
    tracks.flatMap(({ timeline }) =>
      segmentsOf(timeline).flatMap(({ state, exit }) => (exit === null ? [state] : [state, endKind(exit)])),
    ),
  );
  let x = MARGIN;
  return LEGEND.filter(([cell]) => seen.has(cell)).flatMap(([cell, means]) => {
    const here = x;
    x += 44 + means.length * LETTER;
    const sign =
      cell === 'running'
        ? `<rect class="running" x="${here}" y="${y - 6}" width="18" height="12" rx="2"/>`
        : cell === 'waiting' || cell === 'down'
          ? `<path class="${cell}" d="M${here} ${y}h18"/>`
          : mark(cell as EndKind, here + 9, y, 7);
    return [sign, `<text class="soft key" x="${here + 24}" y="${y + 4}">${xml(means)}</text>`];
  });
}

function at(ms: number, forMs: number): number {
  return round(MARGIN + (ms / forMs) * PLOT);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A line of the drawing. */
const LONGEST_LINE = 130;

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function xml(text: string): string {
  return printable(text, TEXT)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
