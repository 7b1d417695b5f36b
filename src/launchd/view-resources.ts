import { dict, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { PrintBlock } from '../model/service.ts';
import { readNumber } from './print-exit.ts';
import { type Evidence, type FieldVerdict, judgePrinted, membersOf, unverifiable } from './view-evidence.ts';

/** Limits, Mach services and sockets, member by member: names and main fields are printed, the rest is not (facts §5). */
export function compareResources(evidence: Evidence): readonly FieldVerdict[] {
  return [
    ...judgeLimits(evidence, 'SoftResourceLimits'),
    ...judgeLimits(evidence, 'HardResourceLimits'),
    ...judgeMachServices(evidence),
    ...judgeSockets(evidence),
  ];
}

/** Names as launchctl prints them. Only `core` and `maxfiles` were seen; the absence of another one proves nothing. */
const LIMITS: readonly (readonly [member: string, names: readonly string[], isSeen: boolean])[] = [
  ['Core', ['core'], true],
  ['CPU', ['cpu'], false],
  ['Data', ['data'], false],
  ['FileSize', ['fsize', 'filesize'], false],
  ['MemoryLock', ['memlock'], false],
  ['NumberOfFiles', ['maxfiles'], true],
  ['NumberOfProcesses', ['maxproc'], false],
  ['ResidentSetSize', ['rss'], false],
  ['Stack', ['stack'], false],
];

/** `maxfiles (soft) => 4096`. Where the plist gives one of the two limits, launchd may show the other one as well. */
function judgeLimits(
  evidence: Evidence,
  key: 'SoftResourceLimits' | 'HardResourceLimits',
): readonly FieldVerdict[] {
  const isSoft = key === 'SoftResourceLimits';
  const wanted = new Map(membersOf(evidence.plist, key));
  const others = new Map(membersOf(evidence.plist, isSoft ? 'HardResourceLimits' : 'SoftResourceLimits'));
  const rows = evidence.service.blocks['resource limits']?.fields ?? {};
  return LIMITS.flatMap(([member, names, isSeen]) => {
    const path = [key, member];
    const row = names
      .map((name) => rows[`${name} (${isSoft ? 'soft' : 'hard'})`])
      .find((each) => each !== undefined);
    const value = wanted.get(member);
    if (row === undefined) {
      if (value === undefined) return [];
      return [isSeen ? judgePrinted(evidence, path, undefined, false) : unverifiable(path)];
    }
    const loaded = readNumber(row);
    const isOpen = loaded === null || (value === undefined && others.has(member));
    return [isOpen ? unverifiable(path, loaded) : judgePrinted(evidence, path, loaded, loaded === value)];
  });
}

/** Their options are not printed, and a service may ask to be hidden until its job checks in. */
function judgeMachServices(evidence: Evidence): readonly FieldVerdict[] {
  const loaded = evidence.service.blocks['endpoints']?.blocks ?? {};
  return judgeNames(evidence, 'MachServices', loaded, {
    judge: (path, value) =>
      value === true ? { path, verdict: 'equal', loaded: true } : unverifiable(path, true),
    isHidden: (value) => value !== true,
    read: () => true,
  });
}

const SOCKET_FIELDS: readonly (readonly [key: string, line: string])[] = [
  ['SockType', 'type'],
  ['SockNodeName', 'node name'],
  ['SockServiceName', 'service name'],
  ['SockPathName', 'path'],
];

/** A socket that could not be bound may be missing with its whole block, so that proves nothing. */
function judgeSockets(evidence: Evidence): readonly FieldVerdict[] {
  const block = evidence.service.blocks['sockets'];
  const loaded = block?.blocks ?? {};
  return judgeNames(evidence, 'Sockets', loaded, {
    judge: (path, value, socket) => {
      const found = readSocket(socket);
      const verdict = isDict(value) && contradicts(value, found) ? 'different' : 'unverifiable';
      return { path, verdict, loaded: found };
    },
    isHidden: () => block === undefined,
    read: readSocket,
  });
}

function readSocket(block: PrintBlock): PlistDict {
  return dict(SOCKET_FIELDS.map(([key, line]) => [key, block.fields[line]] as const));
}

/** A port may be written as a number, a string or a service's name, so a number and a name cannot be compared. */
function contradicts(wanted: PlistDict, loaded: PlistDict): boolean {
  return SOCKET_FIELDS.some(([key]) => {
    const [left, right] = [wanted.entries[key], loaded.entries[key]];
    if (left === undefined || right === undefined) return false;
    const [leftText, rightText] = [String(left), String(right)];
    const isComparable = (readNumber(leftText) === null) === (readNumber(rightText) === null);
    return isComparable && leftText !== rightText;
  });
}

interface NameRules {
  readonly judge: (path: readonly string[], value: PlistValue, block: PrintBlock) => FieldVerdict;
  /** One that may be there without being printed. */
  readonly isHidden: (value: PlistValue) => boolean;
  readonly read: (block: PrintBlock) => PlistValue;
}

/** Each name that the plist or the loaded job has: on one side alone is a difference. */
function judgeNames(
  evidence: Evidence,
  key: string,
  loaded: Readonly<Record<string, PrintBlock>>,
  rules: NameRules,
): readonly FieldVerdict[] {
  const wanted = new Map(membersOf(evidence.plist, key));
  const verdicts = [...wanted].map(([name, value]) => {
    const path = [key, name];
    const block = loaded[name];
    if (block !== undefined) return rules.judge(path, value, block);
    return rules.isHidden(value) ? unverifiable(path) : judgePrinted(evidence, path, undefined, false);
  });
  for (const [name, block] of Object.entries(loaded)) {
    if (!wanted.has(name))
      verdicts.push({ path: [key, name], verdict: 'different', loaded: rules.read(block) });
  }
  return verdicts;
}
