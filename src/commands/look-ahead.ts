import { resolve } from 'node:path';
import { parseDuration } from '../config/duration.ts';
import { POLICY_NAMES, withPolicy } from '../desired/policy.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { PlistDict } from '../model/plist.ts';
import { explainedJobToJson } from '../report/explanation-text.ts';
import { lookAheadToJson } from '../report/timeline-json.ts';
import { renderSvg } from '../report/timeline-svg.ts';
import { renderLookAhead } from '../report/timeline-text.ts';
import { lookAhead } from '../simulate/look-ahead.ts';
import { parseScript, type Script } from '../simulate/script.ts';
import { nextByCalendar, type Wall } from '../simulate/wall.ts';
import { realZone } from '../sys/clock.ts';
import { realFiles } from '../sys/files.ts';
import { otherwise, splitPolicies } from './compare.ts';
import type { Context } from './context.ts';
import { loadDeclarationAs } from './declaration.ts';
import { printDocument } from './document.ts';
import { resolveName } from './names.ts';

/** Options of `explain` that ask how a job will go on. */
export interface LookAheadFlags {
  readonly exits?: string;
  readonly for?: string;
  /** Local time; now, if it is not said. */
  readonly from?: string;
  readonly compare?: readonly string[];
  /** A file, or true: standard output. */
  readonly svg?: string | true;
}

/** What runs do when nothing is said about them. */
const DEFAULT_EXITS = '0';
const DEFAULT_FOR_S = 300;
/** A job that starts at its times is looked at for so many of them. */
const FIRINGS = 6;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const YEAR_S = 365 * DAY_S;

/**
 * Plays a job on a virtual clock, draws what happens, and says what to make of it; beside others with `--compare`. Needs no
 * launchd, and starts nothing.
 */
export async function explainAhead(name: string, flags: LookAheadFlags, context: Context): Promise<number> {
  const { terminal, options } = context;
  const declaration = loadDeclarationAs(context);
  const job = resolveName(name, declaration.jobs);
  if (flags.svg === true && options.json)
    throw usage(
      'explain/svg',
      '`--json` and the drawing cannot both go to standard output.',
      'Name a file: `--svg timeline.svg`.',
    );
  const script = readScript(flags.exits ?? DEFAULT_EXITS);
  const wall = { loadedAt: readFrom(flags.from), zone: realZone };
  const forMs = readFor(flags.for, job.plist, wall) * 1000;
  const others = (flags.compare ?? [])
    .flatMap(splitPolicies)
    .map((text) => otherwise(job, text, declaration));
  const ahead = lookAhead({
    name: job.instance,
    domain: job.domain,
    plist: job.plist,
    others,
    withPolicy: Object.fromEntries(
      POLICY_NAMES.map((name) => [name, (plist: PlistDict) => withPolicy(plist, name)]),
    ),
    script,
    forMs,
    wall,
    enabled: job.enabled !== false,
  });
  const svg = flags.svg === undefined ? null : renderSvg(job, ahead);
  const file = typeof flags.svg === 'string' ? resolve(context.cwd, flags.svg) : null;
  if (svg !== null && file !== null) await realFiles.write(file, svg, 0o644);
  if (options.json)
    printDocument(context, EXIT.ok, {
      ...explainedJobToJson(job),
      ...lookAheadToJson(ahead),
      svg: file,
    });
  else if (svg !== null && file === null) terminal.out(svg);
  else {
    terminal.out(renderLookAhead(job, ahead, terminal.style, terminal.columns));
    if (file !== null) terminal.note(`The drawing is ${file}.`);
  }
  return EXIT.ok;
}

function readScript(text: string): Script {
  const reading = parseScript(text);
  if ('script' in reading) return reading.script;
  const { message, hint, offset } = reading.problem;
  throw usage('explain/exits', `--exits, character ${offset + 1}: ${message}.`, hint);
}

/** Seconds. A job that starts at its times is looked at for some of them. */
function readFor(text: string | undefined, plist: PlistDict, wall: Wall): number {
  if (text === undefined) {
    const interval = plist.entries['StartInterval'];
    const byInterval = typeof interval === 'number' && interval > 0 ? interval * FIRINGS : 0;
    return Math.max(DEFAULT_FOR_S, byInterval, calendarSeconds(plist, wall));
  }
  const reading = parseDuration(text);
  if ('seconds' in reading) return reading.seconds;
  throw usage('explain/for', `--for: ${reading.problem.message}`, reading.problem.hint);
}

/** Until the calendar has fired some times: whole days, or whole hours if that is soon; a year at most. */
function calendarSeconds(plist: PlistDict, wall: Wall): number {
  let last = 0;
  for (let firing = 0; firing < FIRINGS; firing += 1) {
    const next = nextByCalendar(plist, last, wall);
    if (next === null || next > YEAR_S * 1000) break;
    last = next;
  }
  const unit = last > DAY_S * 1000 ? DAY_S : HOUR_S;
  return last === 0 ? 0 : Math.min(YEAR_S, (Math.floor(last / 1000 / unit) + 1) * unit);
}

const FROM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?$/;

/** Local time → milliseconds since 1970. */
function readFrom(text: string | undefined): number {
  // Seconds would make every time on the axis crooked.
  if (text === undefined) return Math.floor(Date.now() / 60_000) * 60_000;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] =
    FROM.exec(text)
      ?.slice(1)
      .map((part) => Number(part ?? 0)) ?? [];
  const date = new Date(year, month - 1, day, hour, minute);
  const isThere = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60;
  if (FROM.test(text) && isThere) return date.getTime();
  throw usage(
    'explain/loaded',
    `--from: \`${text}\` is no date.`,
    'Write local time as `2026-03-29 01:30`, or the day alone.',
  );
}

function usage(code: string, message: string, hint?: string): ReconcileError {
  return new ReconcileError(code, message, { ...(hint === undefined ? {} : { hint }), exitCode: EXIT.usage });
}
