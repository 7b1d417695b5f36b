import type { Health } from '../model/health.ts';
import type { LastExit } from '../model/service.ts';
import type { JobStatus, PlistState, Verdict } from '../model/status.ts';
import { changeName } from './change-text.ts';
import { count, displayWidth, padEnd, padStart, printable, sentence } from './printable.ts';
import { ellipsis, type Paint, paint, type Style } from './style.ts';

/** How much a verdict wants of the reader: it runs, it rests as declared, someone left it so, or something is wrong. */
type Mood = 'good' | 'resting' | 'set-aside' | 'bad';

/** What is shown: the verdict, and of a job that runs how it answers. */
type Shown = Verdict | 'healthy' | 'starting' | 'unhealthy';

/** Every one of them, in the order of the last line. */
const MOODS: Readonly<Record<Shown, Mood>> = {
  running: 'good',
  healthy: 'good',
  starting: 'resting',
  waiting: 'resting',
  'stopped-by-policy': 'resting',
  stopping: 'resting',
  pended: 'resting',
  disabled: 'set-aside',
  held: 'set-aside',
  unhealthy: 'bad',
  throttled: 'bad',
  'not-loaded': 'bad',
  failing: 'bad',
  'crash-looping': 'bad',
  unknown: 'bad',
};

const SIGNS: Readonly<
  Record<Mood, { readonly unicode: string; readonly ascii: string; readonly color: Paint }>
> = {
  good: { unicode: '●', ascii: '*', color: 'green' },
  resting: { unicode: '○', ascii: 'o', color: 'cyan' },
  'set-aside': { unicode: '–', ascii: '-', color: 'dim' },
  bad: { unicode: '!', ascii: '!', color: 'red' },
};

/** Widest name that leaves the other columns within 80. */
const NAME_WIDTH = 28;

/** A table of jobs, 80 columns wide at most, with what to do below those that need it. Ends with a line end. */
export function renderStatus(jobs: readonly JobStatus[], style: Style): string {
  if (jobs.length === 0) return 'There are no jobs.\n';
  const rows = jobs.map((job) => ({
    job,
    cells: [
      nameOf(job, style),
      shownOf(job),
      number(job.pid),
      number(job.runs),
      exitText(job.lastExit, style),
    ] as const,
  }));
  const heads = ['NAME', 'STATE', 'PID', 'RUNS', 'LAST EXIT'] as const;
  const wide = (index: 0 | 1 | 2 | 3) =>
    Math.max(heads[index].length, ...rows.map(({ cells }) => displayWidth(cells[index])));
  const [name, state, pid, runs] = [wide(0), wide(1) + 2, wide(2), wide(3)];
  const head = `${padEnd('NAME', name)}  ${padEnd('STATE', state)}  ${padStart('PID', pid)}  ${padStart('RUNS', runs)}  LAST EXIT`;
  const lines = [paint(style, 'dim', head)];
  for (const { job, cells } of rows) {
    const verdict = `${sign(shownOf(job), style)} ${padEnd(cells[1], wide(1))}`;
    lines.push(
      `${padEnd(cells[0], name)}  ${verdict}  ${padStart(cells[2], pid)}  ${padStart(cells[3], runs)}  ${cells[4]}`.trimEnd(),
    );
    const note = noteOf(job);
    if (note !== '') lines.push(`    ${paint(style, 'dim', sentence(note, style))}`);
  }
  return `${lines.join('\n')}\n\n${totals(jobs)}\n`;
}

/** One job in detail. Ends with a line end. */
export function renderJobStatus(job: JobStatus, style: Style): string {
  const fields: readonly (readonly [string, string])[] = [
    ['verdict', `${sign(shownOf(job), style)} ${job.verdict}`],
    ...(job.health === null ? [] : [['health', healthWords(job.health, style)] as const]),
    ['state', job.state === null ? '-' : printable(job.state, style)],
    ['pid', number(job.pid)],
    ['runs', number(job.runs)],
    ['last exit', lastExitWords(job, style)],
    ['plist', plistWords(job.plist)],
    ['loaded', loadedWords(job)],
    ['enabled', job.enabled ? 'yes' : 'no, an override disables it'],
    ['next', job.next === '' ? 'nothing to do' : sentence(job.next, style)],
  ];
  const lines = fields.map(([name, text]) => `    ${paint(style, 'dim', padEnd(name, 9))}  ${text}`);
  return `${changeName(job, style)}\n${lines.join('\n')}\n`;
}

/** A job that runs but does not answer is not fine, and a health that is not known is not told as one. */
function shownOf({ verdict, health }: JobStatus): Shown {
  return health === null || health.state === 'unknown' ? verdict : health.state;
}

function healthWords({ state, reason }: Health, style: Style): string {
  return reason === '' ? state : `${state}: ${sentence(reason, style)}`;
}

function sign(shown: Shown, style: Style): string {
  const { unicode, ascii, color } = SIGNS[MOODS[shown]];
  return paint(style, color, style.unicode ? unicode : ascii);
}

/** The instance, or the label when it is not known; cut in the middle when it is too wide. */
function nameOf(job: JobStatus, style: Style): string {
  const name = printable(job.instance ?? job.label, style);
  if (displayWidth(name) <= NAME_WIDTH) return name;
  const cut = ellipsis(style);
  const half = (NAME_WIDTH - cut.length) >> 1;
  const characters = [...name];
  return [...fitting(characters, half), cut, ...fitting(characters.toReversed(), half).toReversed()].join('');
}

/** The first characters, as many as take `width` columns at most. */
function fitting(characters: readonly string[], width: number): readonly string[] {
  let used = 0;
  const beyond = characters.findIndex((character) => {
    used += displayWidth(character);
    return used > width;
  });
  return beyond === -1 ? characters : characters.slice(0, beyond);
}

function number(value: number | null): string {
  return value === null ? '-' : String(value);
}

function exitText(exit: LastExit | null, style: Style): string {
  if (exit === null) return '-';
  if ('code' in exit) return `exit ${exit.code}`;
  return 'signal' in exit ? `${printable(exit.name, style)} (${exit.signal})` : printable(exit.reason, style);
}

/** Of what launchd does not have it tells no end; that says nothing of whether there was one. */
function lastExitWords({ lastExit, loaded }: JobStatus, style: Style): string {
  return lastExit === null && loaded === true ? 'never exited' : exitText(lastExit, style);
}

function noteOf(job: JobStatus): string {
  const notes = [job.plist === 'ok' ? '' : `Its plist ${plistWords(job.plist)}.`];
  if (job.stale === true) notes.push('launchd holds another definition than the file.');
  notes.push(job.next);
  return notes.filter((note) => note !== '').join(' ');
}

function plistWords(state: PlistState): string {
  switch (state) {
    case 'ok':
      return 'as declared';
    case 'missing':
      return 'is missing';
    case 'differs':
      return 'differs from the declaration';
    case 'foreign':
      return 'is not ours';
    case 'invalid':
      return 'cannot be read';
  }
}

function loadedWords(job: JobStatus): string {
  if (job.loaded === null) return 'unknown';
  if (!job.loaded) return 'no';
  if (job.stale === null) return 'yes, not compared with the file';
  return job.stale ? 'yes, but another definition than the file' : 'yes, as in the file';
}

/** `3 jobs: 2 running, 1 failing.` */
function totals(jobs: readonly JobStatus[]): string {
  const parts = (Object.keys(MOODS) as Shown[])
    .map((shown) => [jobs.filter((job) => shownOf(job) === shown).length, shown] as const)
    .filter(([number]) => number > 0)
    .map(([number, shown]) => `${number} ${shown}`);
  return `${count(jobs.length, 'job')}: ${parts.join(', ')}.`;
}
