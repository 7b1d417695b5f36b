import { dict, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { readPathState } from './event-triggers.ts';
import { effectiveKeepAlive } from './keep-alive.ts';
import { type Evidence, type FieldVerdict, isSamePath, judgePrinted, unverifiable } from './view-evidence.ts';

/**
 * KeepAlive: true is the flag `keepalive`, SuccessfulExit and Crashed are semaphores, PathState is an event trigger; the
 * other members leave no trace that we know (facts §5). Absent, false and `{}` mean the same (facts §2.5). A dictionary is
 * judged member by member when the loaded job has one too.
 */
export function compareKeepAlive(evidence: Evidence): readonly FieldVerdict[] {
  const path = ['KeepAlive'];
  const wanted = effectiveKeepAlive(evidence.plist);
  const loaded = readConditions(evidence);
  const isAlways = evidence.flags?.has('keepalive') === true;
  if (isDict(wanted) && Object.keys(wanted.entries).length > 0) {
    return isAlways ? [{ path, verdict: 'different', loaded: true }] : judgeMembers(evidence, wanted, loaded);
  }
  if (isAlways) return [{ path, verdict: wanted === true ? 'equal' : 'different', loaded: true }];
  const shown = Object.keys(loaded.members.entries).length > 0 ? loaded.members : undefined;
  if (evidence.flags === null || (loaded.hasMore && shown === undefined)) return [unverifiable(path)];
  if (wanted === true) return [{ path, verdict: 'different', loaded: shown ?? null }];
  return [judgePrinted(evidence, path, shown, shown === undefined)];
}

const SEMAPHORES: readonly (readonly [member: string, line: string])[] = [
  ['SuccessfulExit', 'successful exit'],
  ['Crashed', 'after crash'],
];

/** `provides events` comes with event triggers and is no condition. */
const UNDERSTOOD = new Set([...SEMAPHORES.map(([, line]) => line), 'provides events']);

interface Conditions {
  /** The members of KeepAlive that the loaded job shows. */
  readonly members: PlistDict;
  /** It shows something else that we cannot read. */
  readonly hasMore: boolean;
}

function readConditions({ service }: Evidence): Conditions {
  const semaphores = service.blocks['semaphores'];
  const hasStrange = (semaphores?.lines ?? []).some(
    (line) => line !== '' && !UNDERSTOOD.has(line.split(' => ', 1)[0] ?? ''),
  );
  const pathState = readPathState(service);
  const entries = SEMAPHORES.map(([member, line]) => [member, readSwitch(semaphores?.fields[line])] as const);
  const isEmpty = pathState === null || Object.keys(pathState?.entries ?? {}).length === 0;
  return {
    members: dict([...entries, ['PathState', isEmpty ? undefined : pathState]]),
    hasMore: hasStrange || pathState === null,
  };
}

function readSwitch(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text !== '0';
}

function judgeMembers(
  evidence: Evidence,
  wanted: PlistDict,
  { members, hasMore }: Conditions,
): readonly FieldVerdict[] {
  const names = new Set([...Object.keys(wanted.entries), ...Object.keys(members.entries)]);
  const verdicts = [...names].map((name) => {
    const path = ['KeepAlive', name];
    const value = wanted.entries[name];
    const found = members.entries[name];
    switch (name) {
      case 'SuccessfulExit':
      case 'Crashed':
        return judgePrinted(
          evidence,
          path,
          found,
          (typeof value === 'boolean' ? value : undefined) === found,
        );
      case 'PathState':
        if (found === undefined && hasMore) return unverifiable(path);
        return judgePrinted(evidence, path, found, isSamePathState(value, found));
      default:
        return unverifiable(path);
    }
  });
  const isDoubted = verdicts.some(({ verdict }) => verdict === 'unverifiable');
  return hasMore && !isDoubted ? [...verdicts, unverifiable(['KeepAlive'])] : verdicts;
}

function isSamePathState(wanted: PlistValue | undefined, loaded: PlistValue | undefined): boolean {
  const [left, right] = [readPaths(wanted), readPaths(loaded)];
  if (left.length !== right.length) return false;
  return left.every(([path, exists]) =>
    right.some(([other, otherExists]) => exists === otherExists && isSamePath(path, other, '/')),
  );
}

function readPaths(value: PlistValue | undefined): readonly (readonly [string, PlistValue])[] {
  return Object.entries(isDict(value) ? value.entries : {}).filter(
    ([, exists]) => typeof exists === 'boolean',
  );
}
