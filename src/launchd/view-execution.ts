import { dict, isDict, type PlistValue } from '../model/plist.ts';
import { effectiveExitTimeout } from './throttle.ts';
import { parseUmask } from './umask.ts';
import {
  type Evidence,
  type FieldVerdict,
  integerOf,
  judgeFlag,
  judgePrinted,
  stringOf,
  unverifiable,
} from './view-evidence.ts';

/** How the process is treated: class, flags, umask, priority, account, time to stop (facts §5). */
export function compareExecution(evidence: Evidence): readonly FieldVerdict[] {
  return [
    ...judgeExitTimeout(evidence),
    judgeProcessType(evidence),
    ...judgeFlags(evidence),
    judgeUmask(evidence),
    ...judgeNice(evidence),
    judgeAccount(evidence, 'UserName', 'username', 'root'),
    judgeAccount(evidence, 'GroupName', 'group', 'wheel'),
  ];
}

/** What launchd prints for jobs without the key; it differs by release (facts §1, ExitTimeOut). */
const DEFAULT_TIMEOUTS: ReadonlySet<number> = new Set([1, 3, 5, 20]);

function judgeExitTimeout({ plist, service }: Evidence): readonly FieldVerdict[] {
  const path = ['ExitTimeOut'];
  const wanted = effectiveExitTimeout(plist);
  const loaded = service.exitTimeout;
  // launchd ignores what is no number in range, as if the key were absent.
  if (plist.entries['ExitTimeOut'] !== wanted) {
    return loaded === null || DEFAULT_TIMEOUTS.has(loaded) ? [] : [unverifiable(path, loaded)];
  }
  if (loaded === null) return [unverifiable(path)];
  return [{ path, verdict: loaded === wanted ? 'equal' : 'different', loaded }];
}

/** Expected as `nice = 5`, though never seen on a Mac (facts §5): a line that is not there proves nothing. */
function judgeNice({ plist, service }: Evidence): readonly FieldVerdict[] {
  const path = ['Nice'];
  const line = service.fields['nice'];
  if (line === undefined) return plist.entries['Nice'] === undefined ? [] : [unverifiable(path)];
  if (!/^-?[0-9]{1,3}$/.test(line)) return [unverifiable(path)];
  const loaded = Number(line);
  return [{ path, verdict: loaded === (integerOf(plist, 'Nice') ?? 0) ? 'equal' : 'different', loaded }];
}

const PROCESS_TYPES: ReadonlyMap<string, string> = new Map([
  ['background', 'Background'],
  ['daemon', 'Standard'],
  ['adaptive', 'Adaptive'],
  ['interactive', 'Interactive'],
]);

/** `spawn type = background (5)`; without the number in old releases. */
function judgeProcessType({ plist, service }: Evidence): FieldVerdict {
  const path = ['ProcessType'];
  const loaded = PROCESS_TYPES.get(service.fields['spawn type']?.split(' ', 1)[0] ?? '');
  if (loaded === undefined) return unverifiable(path);
  const named = stringOf(plist, 'ProcessType') ?? 'Standard';
  const wanted = [...PROCESS_TYPES.values()].includes(named) ? named : 'Standard';
  return { path, verdict: loaded === wanted ? 'equal' : 'different', loaded };
}

const FLAGS: readonly (readonly [key: string, flag: string])[] = [
  ['LowPriorityIO', 'low priority i/o'],
  ['LowPriorityBackgroundIO', 'low priority background i/o'],
  ['AbandonProcessGroup', 'abandon process group'],
  ['LaunchOnlyOnce', 'launch only once'],
];

function judgeFlags(evidence: Evidence): readonly FieldVerdict[] {
  const { entries } = evidence.plist;
  const hasPressuredExit = entries['EnablePressuredExit'] === true;
  // It implies transactions, and is ignored beside KeepAlive true (facts §1).
  const hasTransactions = entries['EnableTransactions'] === true || hasPressuredExit;
  const isIgnored = hasPressuredExit && entries['KeepAlive'] === true;
  const transactions = judgeFlag(evidence, 'EnableTransactions', 'supports transactions', hasTransactions);
  const pressuredExit = judgeFlag(
    evidence,
    'EnablePressuredExit',
    'supports pressured exit',
    hasPressuredExit,
  );
  const initGroups = judgeFlag(
    evidence,
    'InitGroups',
    'no initgroups',
    entries['InitGroups'] === false,
    false,
  );
  return [
    ...FLAGS.map(([key, flag]) => judgeFlag(evidence, key, flag, entries[key] === true)),
    ...[transactions, pressuredExit].map((verdict) => (isIgnored ? doubt(verdict) : verdict)),
    // Groups are set up for daemons only; whether the flag shows elsewhere is not known.
    evidence.domain === 'system' ? initGroups : doubt(initGroups),
    judgeFlag(
      evidence,
      'inetdCompatibility',
      'inetd-compatible',
      isDict(entries['inetdCompatibility']),
      dict([]),
    ),
    // Seen among the flags of old releases alone (facts §1).
    doubt(judgeFlag(evidence, 'WaitForDebugger', 'wait for debugger', entries['WaitForDebugger'] === true)),
  ];
}

/** A difference that may be launchd's way of printing proves nothing. */
function doubt(verdict: FieldVerdict): FieldVerdict {
  return verdict.verdict === 'different' ? { ...verdict, verdict: 'unverifiable' } : verdict;
}

/** Octal digits; the line is absent when the key is (facts §1). */
function judgeUmask(evidence: Evidence): FieldVerdict {
  const path = ['Umask'];
  const line = evidence.service.fields['umask'];
  const wanted = readUmask(evidence.plist.entries['Umask']);
  if (line === undefined) return judgePrinted(evidence, path, undefined, wanted === undefined);
  if (!/^[0-7]{1,5}$/.test(line)) return unverifiable(path);
  const loaded = Number.parseInt(line, 8);
  return judgePrinted(evidence, path, loaded, loaded === wanted);
}

function readUmask(value: PlistValue | undefined): number | undefined {
  if (typeof value === 'string') return parseUmask(value) ?? undefined;
  return typeof value === 'number' && value >= 0 && value <= 0o777 ? value : undefined;
}

/** launchd heeds both keys in the system domain alone, and root and wheel change nothing there (facts §1). */
function judgeAccount(
  evidence: Evidence,
  key: 'UserName' | 'GroupName',
  line: 'username' | 'group',
  standard: string,
): FieldVerdict {
  const wanted = stringOf(evidence.plist, key);
  const loaded = evidence.service.fields[line];
  if (evidence.domain !== 'system') {
    if (loaded !== undefined && loaded !== wanted) return unverifiable([key], loaded);
    return judgePrinted(evidence, [key], loaded, true);
  }
  // Without GroupName it may be the first group of UserName that is shown.
  if (key === 'GroupName' && wanted === undefined && loaded !== undefined && loaded !== standard) {
    return unverifiable([key], loaded);
  }
  return judgePrinted(evidence, [key], loaded, (wanted ?? standard) === (loaded ?? standard));
}
