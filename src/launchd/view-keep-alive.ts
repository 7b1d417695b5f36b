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
  const loaded = readMembers(evidence);
  const isAlways = evidence.flags?.has('keepalive') === true;
  if (isDict(wanted) && Object.keys(wanted.entries).length > 0) {
    return isAlways ? [{ path, verdict: 'different', loaded: true }] : judgeMembers(evidence, wanted, loaded);
  }
  if (isAlways) return [{ path, verdict: wanted === true ? 'equal' : 'different', loaded: true }];
  if (evidence.flags === null || loaded === null) return [unverifiable(path)];
  const shown = Object.keys(loaded.entries).length > 0 ? loaded : undefined;
  if (wanted === true) return [{ path, verdict: 'different', loaded: shown ?? null }];
  return [judgePrinted(evidence, path, shown, shown === undefined)];
}

const SEMAPHORES: readonly (readonly [member: string, line: string])[] = [
  ['SuccessfulExit', 'successful exit'],
  ['Crashed', 'after crash'],
];

/** `provides events` comes with event triggers and is no condition. */
const UNDERSTOOD = new Set([...SEMAPHORES.map(([, line]) => line), 'provides events']);

/** The members that the loaded job shows; null when it shows something that we do not understand. */
function readMembers({ service }: Evidence): PlistDict | null {
  const semaphores = service.blocks['semaphores'];
  const lines = semaphores?.fields ?? {};
  const isStrange = (semaphores?.lines ?? []).some(
    (line) => line !== '' && !UNDERSTOOD.has(line.split(' => ', 1)[0] ?? ''),
  );
  const pathState = readPathState(service);
  if (isStrange || pathState === null) return null;
  const entries: [string, PlistValue | undefined][] = SEMAPHORES.map(([member, line]) => [
    member,
    readSwitch(lines[line]),
  ]);
  return dict([...entries, ['PathState', pathState]]);
}

function readSwitch(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text !== '0';
}

function judgeMembers(
  evidence: Evidence,
  wanted: PlistDict,
  loaded: PlistDict | null,
): readonly FieldVerdict[] {
  const names = new Set([...Object.keys(wanted.entries), ...Object.keys(loaded?.entries ?? {})]);
  return [...names].map((name) => {
    const path = ['KeepAlive', name];
    const value = wanted.entries[name];
    const found = loaded?.entries[name];
    if (loaded === null) return unverifiable(path);
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
        return judgePrinted(evidence, path, found, isSamePathState(value, found));
      default:
        return unverifiable(path);
    }
  });
}

function isSamePathState(wanted: PlistValue | undefined, loaded: PlistValue | undefined): boolean {
  const [left, right] = [wanted, loaded].map((value) =>
    Object.entries(isDict(value) ? value.entries : {}).filter(([, exists]) => typeof exists === 'boolean'),
  );
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return left.every(([path, exists]) =>
    right.some(([other, otherExists]) => exists === otherExists && isSamePath(path, other, '/')),
  );
}
