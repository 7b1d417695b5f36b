import { KEYS } from '../../src/launchd/keys.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { repeated } from './mutate-text.ts';
import type { Random } from './random.ts';

const NAMES = [...new Set(KEYS.map(({ name }) => name)), '__proto__', 'toString', '', 'Restart', 'keepalive'];

const VALUES: readonly PlistValue[] = [
  ...[
    '',
    ' ',
    '~',
    '~/x',
    '/',
    '/bin/sh',
    '-c',
    'a b',
    '0',
    '10',
    'true',
    '/usr/local/bin/x',
    '/Users/kim/Desktop/x',
  ],
  ...[
    '../x',
    '$HOME/x',
    '/opt/homebrew/Cellar/a/1.2/bin/a',
    'x; y && z | w > /tmp/q',
    '"',
    "'",
    'a'.repeat(3000),
  ],
  ...[
    '(',
    '[',
    '\\',
    '*',
    '💥',
    '\u0000',
    '\ud800',
    '\r\n',
    'nohup x &',
    'exec sudo x',
    '__X__',
    'ghp_0123456789abcdefABCDEF0123456789abcd',
  ],
  ...[true, false, 0, 1, -1, 10, 59, 60, 4294967296, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  { kind: 'integer', digits: '18446744073709551615' },
  { kind: 'integer', digits: '-9223372036854775808' },
  ...[0, 1.5, -0, 1e308, Number.NaN, Number.POSITIVE_INFINITY].map(
    (value) => ({ kind: 'real', value }) as const,
  ),
  { kind: 'data', base64: 'AQID' },
  { kind: 'date', iso: '2026-01-31T08:30:00Z' },
  [],
  dict([]),
  [[[]]],
  dict([['a', dict([['b', []]])]]),
];

/** One change somewhere in a job: a value exchanged, a key renamed, added or left out, a part taken from another job. */
export function mutateJob(job: PlistDict, others: readonly PlistDict[], random: Random): PlistDict {
  const changed = mutateValue(job, others, random);
  return isDict(changed) ? changed : job;
}

function mutateValue(value: PlistValue, others: readonly PlistDict[], random: Random): PlistValue {
  if (isDict(value) && !random.oneIn(20)) return mutateDict(value, others, random);
  if (isArray(value) && value.length > 0 && !random.oneIn(4)) {
    const at = random.below(value.length);
    if (random.oneIn(4)) return value.toSpliced(at, random.below(3), otherValue(others, random));
    return value.with(at, mutateValue(value[at] ?? '', others, random));
  }
  if (typeof value === 'string' && random.oneIn(2)) {
    const at = random.below(value.length + 1);
    const part = random.pick(VALUES);
    if (random.oneIn(8)) return repeated(value.slice(at, at + 1 + random.below(6)), random);
    return (
      value.slice(0, at) + (typeof part === 'string' ? part : String(at)) + value.slice(at + random.below(3))
    );
  }
  return otherValue(others, random);
}

function mutateDict({ entries }: PlistDict, others: readonly PlistDict[], random: Random): PlistDict {
  const members = Object.entries(entries);
  const at = random.below(Math.max(1, members.length));
  const [name, inner] = members[at] ?? ['Label', ''];
  switch (random.below(6)) {
    case 0:
      return dict([...members, [random.pick(NAMES), otherValue(others, random)]]);
    case 1:
      return dict(members.toSpliced(at, 1));
    case 2:
      return dict(members.toSpliced(at, 1, [random.pick(NAMES), inner]));
    default:
      return dict(members.toSpliced(at, 1, [name, mutateValue(inner, others, random)]));
  }
}

function otherValue(others: readonly PlistDict[], random: Random): PlistValue {
  if (!random.oneIn(3)) return random.pick(VALUES);
  const members = Object.values(random.pick(others).entries);
  return members.length === 0 ? '' : random.pick(members);
}
