import { isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { BARE_CONDITIONS, type Conditions, type ExitKind, restartsAfter } from './keep-alive.ts';
import { joinWords } from './time-words.ts';

/** `depends`: on the paths and other jobs that KeepAlive names. */
export type RestartVerdict = 'restarts' | 'stays-down' | 'depends';

/** Kinds of ends that launchd tells apart, with one of each. */
const KINDS: readonly ExitKind[] = [{ code: 0 }, { code: 1 }, { signal: 11 }];

/** After this exit: started again, left down, or as the conditions on the world have it (facts §2.5). */
export function restartVerdict(keepAlive: boolean | PlistDict, exit: ExitKind): RestartVerdict {
  const inner = isDict(keepAlive) ? exitConditions(keepAlive) : keepAlive;
  if (restartsAfter(inner, exit, DEMANDED)) return 'restarts';
  return isDict(keepAlive) && worldWords(keepAlive).length > 0 ? 'depends' : 'stays-down';
}

/**
 * A KeepAlive as the end of a sentence that begins with "it": `restarts after a failure or a signal; stays down after exit
 * 0`. Found from the truth table, so that it cannot disagree with it.
 */
export function restartWords(keepAlive: boolean | PlistDict): string {
  const inner = isDict(keepAlive) ? exitConditions(keepAlive) : keepAlive;
  const pattern = KINDS.map((exit) => (restartsAfter(inner, exit, DEMANDED) ? 'y' : '.')).join('');
  const world = isDict(keepAlive) ? worldWords(keepAlive) : [];
  const byExit = PATTERNS[pattern] ?? '';
  const words =
    world.length === 0 || pattern === 'yyy'
      ? byExit
      : pattern === '...'
        ? `runs and restarts ${joinWords(world, 'or')}; else stays down`
        : `${byExit}; restarts whatever the exit ${joinWords(world, 'or')}`;
  return isDict(keepAlive) && keepAlive.entries['AfterInitialDemand'] === true
    ? `once it was started on demand, ${words}`
    : words;
}

/** Exit 0, failure or kill, crash signal. */
const PATTERNS: Readonly<Record<string, string>> = {
  '...': 'stays down whatever the exit',
  yyy: 'restarts whatever the exit',
  'y..': 'restarts after exit 0 only; stays down after a crash, a failure or a kill',
  '.yy': 'restarts after a failure or a signal; stays down after exit 0',
  '..y': 'restarts after a crash signal only; stays down after exit 0, a failure or a kill',
  'yy.': 'restarts after exit 0, a failure or a kill; stays down after a crash signal',
  'y.y': 'restarts after exit 0 or a crash signal; stays down after a failure or a kill',
};

const DEMANDED: Conditions = { ...BARE_CONDITIONS, demanded: true };

/** KeepAlive without the members that look at the world. */
function exitConditions(keepAlive: PlistDict): PlistDict {
  const { PathState: _p, OtherJobEnabled: _e, OtherJobActive: _a, ...entries } = keepAlive.entries;
  return { kind: 'dict', entries };
}

/** `while /srv/on exists`, one for each path and job that KeepAlive names. */
export function worldWords(keepAlive: PlistDict): readonly string[] {
  return [
    ...flags(keepAlive.entries['PathState']).map(
      ([path, wanted]) => `while ${path} ${wanted ? 'exists' : 'is missing'}`,
    ),
    ...flags(keepAlive.entries['OtherJobEnabled']).map(
      ([label, wanted]) => `while ${label} is ${wanted ? '' : 'not '}loaded`,
    ),
    ...flags(keepAlive.entries['OtherJobActive']).map(
      ([label, wanted]) => `while ${label} ${wanted ? 'runs' : 'does not run'}`,
    ),
  ];
}

function flags(value: PlistValue | undefined): readonly (readonly [string, boolean])[] {
  if (!isDict(value)) return [];
  return Object.entries(value.entries).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
}
