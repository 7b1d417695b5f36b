import { isArray, isDict, type PlistDict } from '../model/plist.ts';
import type { Behaviour } from './behaviour.ts';
import { formatSeconds } from './time-words.ts';

type Facts = Omit<Behaviour, 'warnings' | 'sentences'>;

/** Below this, a job that fails at once is a storm of starts (facts §6). */
const BRISK_THROTTLE = 5;

const TRIGGERS: ReadonlySet<string> = new Set([
  'interval',
  'calendar',
  'path-change',
  'queue',
  'mount',
  'event',
]);

/** The traps that a job's plist walks into (facts §2.5, §2.6, §2.8); each a whole sentence. */
export function warnBehaviour(plist: PlistDict, facts: Facts): readonly string[] {
  const { entries } = plist;
  const after = (exit: string) => facts.restarts.find((row) => row.exit.startsWith(exit))?.verdict;
  const triggered = facts.starts.some((start) => TRIGGERS.has(start.on));
  const warnings: string[] = [];
  if (
    after('exit 0') === 'restarts' &&
    (triggered || after('exit 1') !== 'restarts' || after('SIGSEGV') !== 'restarts')
  )
    warnings.push(
      `It is started again even after it ended well: a task that finishes would run for ever, every ${formatSeconds(facts.throttle)}.`,
    );
  if (after('exit 0') === 'restarts' && after('SIGSEGV') === 'stays-down')
    warnings.push('After a crash it stays down until somebody starts it.');
  if (triggered && facts.restarts.some((row) => row.verdict === 'restarts') && entries['RunAtLoad'] !== true)
    warnings.push('KeepAlive also starts it when it is loaded, not only by its other triggers.');
  if (facts.throttle < BRISK_THROTTLE && facts.restarts.some((row) => row.verdict !== 'stays-down'))
    warnings.push(
      `If it fails at once, it is started every ${formatSeconds(facts.throttle)} for ever; launchd never gives up.`,
    );
  const interval = entries['StartInterval'];
  if (typeof interval === 'number' && interval > 0 && interval < facts.throttle)
    warnings.push(
      `ThrottleInterval wins over StartInterval: it starts every ${formatSeconds(facts.throttle)} at most.`,
    );
  if (facts.stop.killAfter === null)
    warnings.push('ExitTimeOut 0: a process that ignores SIGTERM can be neither stopped nor replaced.');
  if (asksForDayAndWeekday(plist))
    warnings.push('A calendar entry with both Day and Weekday starts it on either of them.');
  if (entries['Disabled'] === true)
    warnings.push('Disabled is set, so launchd refuses to load it until it is enabled.');
  if (entries['WaitForDebugger'] === true)
    warnings.push('It is started suspended and does nothing until a debugger comes.');
  return warnings;
}

function asksForDayAndWeekday(plist: PlistDict): boolean {
  const value = plist.entries['StartCalendarInterval'];
  const list = isArray(value) ? value : value === undefined ? [] : [value];
  return list.some(
    (entry) => isDict(entry) && entry.entries['Day'] !== undefined && entry.entries['Weekday'] !== undefined,
  );
}
