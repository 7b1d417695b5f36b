import { joinWords } from '../launchd/time-words.ts';

/** Something that happened to the embedded machine, and what it did to the jobs. Labels in the order of loading. */
export interface LifeEvent {
  readonly event:
    | 'shutdown'
    | 'boot'
    | 'login'
    | 'logout'
    | 'sleep'
    | 'wake'
    | 'mount'
    | 'on-demand-only'
    | 'on-demand';
  /** Of the daemon. */
  readonly pid: number;
  /** What it was about; null: the whole machine. */
  readonly domain: string | null;
  /** Loaded there now. */
  readonly loaded: readonly string[];
  /** Started by the event. */
  readonly started: readonly string[];
  /** To be started, and waiting for their throttle. */
  readonly waiting: readonly string[];
  /** Plists that lie in the folders and are not loaded. */
  readonly passed_over: readonly { readonly path: string; readonly code: number; readonly why: string }[];
  readonly ended: readonly string[];
}

/** What `embedded stop` has done. `jobs`: null where the daemon did not say. */
export function stopWords({
  wasRunning,
  jobs: number,
  leftovers,
}: {
  readonly wasRunning: boolean;
  readonly jobs: number | null;
  readonly leftovers: boolean;
}): string {
  if (!wasRunning)
    return leftovers
      ? 'The embedded launchd had been killed; what its jobs had left running is ended.'
      : 'The embedded launchd was not running; there was nothing to end.';
  const ended =
    number === 0 ? 'it had no jobs' : `its ${number === null ? 'jobs are' : jobsAre(number)} ended`;
  return `The embedded launchd is stopped, and ${ended}. The next command starts it again.`;
}

const jobsAre = (number: number): string => (number === 1 ? 'one job is' : `${number} jobs are`);

/** More labels than this are counted, not told. */
const MOST_LABELS = 8;

/** Each event in one line, and one more for each plist that was passed over; then, after a boot alone, what comes next. */
export function lifeWords(events: readonly LifeEvent[]): readonly string[] {
  const told = events.flatMap((event) => [
    sentence(event),
    ...event.passed_over.map(({ path, why }) => `  not loaded: ${path}: ${why}`),
  ]);
  return events.at(-1)?.event === 'boot'
    ? [...told, 'Nobody is logged in: `reconcile embedded login` loads the agents.']
    : told;
}

function sentence({ event, pid, domain, loaded, started, waiting, ended }: LifeEvent): string {
  const startedWords = `${started.length} started${list(started)}`;
  switch (event) {
    case 'shutdown':
      return `Shut down: ${jobs(ended.length)} ended, and what was not on disk is lost.`;
    case 'boot':
      return `Booted (pid ${pid}): ${count(loaded.length, 'daemon')} loaded, ${startedWords}.`;
    case 'login':
      return `Logged in: ${count(loaded.length, 'agent')} loaded into ${domain}, ${startedWords}.`;
    case 'logout':
      return `Logged out: ${domain} is gone, ${jobs(ended.length)} ended${list(ended)}. Daemons stay.`;
    case 'sleep':
      return 'Asleep: nothing starts but on demand, until `reconcile embedded wake`. Processes go on.';
    case 'wake':
      return `Awake: ${effect(started, waiting, 'no job had to start meanwhile')}.`;
    case 'mount':
      return `Mounted: ${effect(started, waiting, 'no job starts for it now')}.`;
    case 'on-demand-only':
      return `${domain} is in on-demand-only mode: what would start by itself is pended, and a kickstart starts it.`;
    case 'on-demand':
      return `${domain} has left on-demand-only mode: ${effect(started, waiting, 'nothing was pended')}.`;
  }
}

function effect(started: readonly string[], waiting: readonly string[], nothing: string): string {
  const parts = [
    ...(started.length > 0 ? [`${jobs(started.length)} started${list(started)}`] : []),
    ...(waiting.length > 0 ? [`${jobs(waiting.length)} waiting for the throttle${list(waiting)}`] : []),
  ];
  return parts.length === 0 ? nothing : joinWords(parts);
}

function list(labels: readonly string[]): string {
  if (labels.length === 0) return '';
  const told = labels.slice(0, labels.length > MOST_LABELS ? MOST_LABELS - 1 : MOST_LABELS);
  const rest = labels.length - told.length;
  return ` (${told.join(', ')}${rest > 0 ? `, and ${rest} more` : ''})`;
}

const jobs = (number: number): string => count(number, 'job');

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
