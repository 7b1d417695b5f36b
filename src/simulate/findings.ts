import { describeBehaviour, type StartTrigger } from '../launchd/behaviour.ts';
import { type ExitKind, effectiveKeepAlive, isCrashSignal } from '../launchd/keep-alive.ts';
import { restartVerdict, restartWords } from '../launchd/restart-words.ts';
import { signalByNumber } from '../launchd/signals.ts';
import { joinWords } from '../launchd/time-words.ts';
import { isDict } from '../model/plist.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { MOST_STARTS } from './simulate.ts';
import type { Timeline } from './timeline.ts';
import { nextByCalendar, wallWords } from './wall.ts';
import { exitWords, timeWords } from './words.ts';

/** What a timeline shows that its owner should know. */
export interface Finding {
  readonly code:
    | 'storm'
    | 'stays-down'
    | 'never-starts'
    | 'not-yet'
    | 'missed'
    | 'next-start'
    | 'not-enabled'
    | 'no-crash'
    | 'cut-short'
    | 'assumed';
  readonly severity: 'warning' | 'info';
  /** A few words, for a picture. */
  readonly brief: string;
  /** A whole sentence, or several. */
  readonly message: string;
  /** What would change it. */
  readonly next: string | null;
}

/** What the same runs come to under another policy, by its name in the file. */
export interface Alternative {
  readonly policy: string;
  readonly outcome: Outcome;
}

/** @param name what the job is called in commands */
export function findingsOf(
  timeline: Timeline,
  alternatives: readonly Alternative[],
  name: string,
): readonly Finding[] {
  const outcome = outcomeOf(timeline);
  const findings: (Finding | null)[] = [
    storm(outcome, alternatives),
    outcome.starts === 0 ? neverStarts(timeline, name) : staysDown(timeline, outcome, alternatives, name),
    missed(outcome),
    nextStart(timeline, outcome),
    ...noCrashes(timeline),
    cutShort(timeline),
    timeline.assumed.length === 0
      ? null
      : info('assumed', 'conditions taken for true', `Taken for true here: ${joinWords(timeline.assumed)}.`),
  ];
  return findings.filter((finding) => finding !== null);
}

function info(code: Finding['code'], brief: string, message: string, next: string | null = null): Finding {
  return { code, severity: 'info', brief, message, next };
}

function storm({ storm: found }: Outcome, alternatives: readonly Alternative[]): Finding | null {
  if (found === null) return null;
  const calm = alternatives.filter(({ outcome }) => outcome.storm === null).map(({ policy }) => policy);
  const message = `${found.endsWell ? 'It ends well and is started again all the same: ' : 'Restart storm: '}${found.starts} starts in ${timeWords(found.ms)}, one every ${timeWords(found.everyMs)}.${found.goesOn ? ' launchd never gives up.' : ''}`;
  return {
    code: 'storm',
    severity: 'warning',
    brief: `${found.endsWell ? 'started again and again' : 'restart storm'}: ${found.starts} starts, one every ${timeWords(found.everyMs)}`,
    message,
    next: `${calm.length === 0 ? '' : `Under ${policies(calm)} there is none. `}A longer \`throttle\` makes the starts rarer.`,
  };
}

function staysDown(
  timeline: Timeline,
  { end, last }: Outcome,
  alternatives: readonly Alternative[],
  name: string,
): Finding | null {
  if (end !== 'down' || last === null) return null;
  const triggers = laterTriggers(timeline);
  if (triggers.some(({ on }) => on === 'interval' || on === 'calendar')) return null;
  const bad = !('code' in last.exit && last.exit.code === 0);
  const once = timeline.plist.entries['LaunchOnlyOnce'] === true;
  const why = once
    ? 'with LaunchOnlyOnce it runs once until the next boot'
    : `it ${restartWords(effectiveKeepAlive(timeline.plist))}`;
  const again =
    triggers.length === 0
      ? ''
      : ` It starts again ${joinWords(
          triggers.map(({ told }) => told),
          'or',
        )}.`;
  const others = alternatives
    .filter(({ outcome }) => outcome.starts > last.run || outcome.end !== 'down')
    .map(({ policy }) => policy);
  const byHand = bad ? ` \`reconcile start ${name}\` starts it by hand.` : '';
  return {
    code: 'stays-down',
    severity: bad && !once ? 'warning' : 'info',
    brief: `stays down after run ${last.run} (${exitWords(last.exit)})`,
    message: `Stays down from ${timeWords(last.at)} on, after run ${last.run} (${exitWords(last.exit)}): ${why}.${again}`,
    next:
      once || others.length === 0
        ? byHand.trim() || null
        : `${bad ? '' : 'If that is not meant: '}${policies(others)} would start it again.${byHand}`,
  };
}

function neverStarts(timeline: Timeline, name: string): Finding {
  const keepAlive = effectiveKeepAlive(timeline.plist);
  const waits = isDict(keepAlive) && keepAlive.entries['AfterInitialDemand'] === true;
  const triggers = laterTriggers(timeline);
  if (waits)
    return {
      code: 'never-starts',
      severity: 'warning',
      brief: 'never starts by itself',
      message: 'Never starts by itself: AfterInitialDemand waits for a first start on demand.',
      next: `\`reconcile start ${name}\` is one.`,
    };
  if (triggers.length === 0)
    return {
      code: 'never-starts',
      severity: 'warning',
      brief: 'never starts: nothing starts it',
      message: 'Never starts: nothing starts it.',
      next: `Give it a trigger or \`at_load: true\` under \`start\`; \`reconcile start ${name}\` starts it by hand.`,
    };
  const byTime = triggers.some(({ on }) => on === 'interval' || on === 'calendar');
  return info(
    'not-yet',
    'does not start in this time',
    `Does not start within ${timeWords(timeline.forMs)}: it starts ${joinWords(
      triggers.map(({ told }) => told),
      'or',
    )}.`,
    byTime ? 'Look further ahead with a longer `--for`.' : 'When that happens is not known here.',
  );
}

/** What may start it later; loading it happens once, and the conditions of KeepAlive are taken for true. */
function laterTriggers({ plist }: Timeline): readonly StartTrigger[] {
  return describeBehaviour(plist).starts.filter(({ on }) => on !== 'load' && on !== 'condition');
}

function missed({ missed: times }: Outcome): Finding | null {
  return times === 0
    ? null
    : {
        code: 'missed',
        severity: 'warning',
        brief: `${times} ${times === 1 ? 'start is' : 'starts are'} lost`,
        message: `${times} of its starts ${times === 1 ? 'is' : 'are'} lost: the time came while it was still running, and launchd does not make up for it.`,
        next: 'Give it a longer interval, or let it end sooner.',
      };
}

/** Beyond what is drawn, for a job that goes by the calendar alone: an interval needs no date. */
function nextStart({ plist, forMs, playedMs, wall }: Timeline, { end }: Outcome): Finding | null {
  const comes =
    end === 'down' &&
    playedMs >= forMs &&
    !describeBehaviour(plist).starts.some(({ on }) => on === 'interval');
  const next = comes ? nextByCalendar(plist, forMs, wall) : null;
  if (next === null) return null;
  const when = wallWords(next, wall);
  return info('next-start', `next start: ${when}`, `Its next start after that is ${when}.`);
}

/** A shell's exit 139 says that something in it crashed; to launchd it is an ordinary failure (facts §2.4). */
function noCrashes({ plist, events }: Timeline): readonly Finding[] {
  const keepAlive = effectiveKeepAlive(plist);
  const codes = new Set<number>();
  for (const event of events)
    if (event.kind === 'exit' && 'code' in event.exit && isCrashSignal(event.exit.code - 128))
      codes.add(event.exit.code);
  return [...codes].flatMap((code) => {
    const crash: ExitKind = { signal: code - 128 };
    if (restartVerdict(keepAlive, { code }) === restartVerdict(keepAlive, crash)) return [];
    const signal = signalByNumber(code - 128)?.name ?? '';
    return [
      info(
        'no-crash',
        `exit ${code} is no crash`,
        `Exit ${code} is how a shell reports ${signal}; launchd sees an ordinary failure and no crash.`,
        `Write \`${signal.slice(3).toLowerCase()}\` if the job's own process crashes.`,
      ),
    ];
  });
}

function cutShort({ forMs, playedMs }: Timeline): Finding | null {
  return playedMs >= forMs
    ? null
    : info(
        'cut-short',
        'cut short',
        `Only the first ${timeWords(playedMs)} were looked at: ${MOST_STARTS} starts are enough.`,
      );
}

/** `restart: always`, `on-failure` or `on-crash` */
function policies(names: readonly string[]): string {
  return joinWords(
    names.map((name, index) => `\`${index === 0 ? 'restart: ' : ''}${name}\``),
    'or',
  );
}
