import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { type KeyProblem, problem } from './key-problem.ts';
import type { KeySpec, KeyType, Shape } from './key-spec.ts';
import { nearestNames } from './nearest.ts';

/** Checks a value against what its key allows, all the way down. Every problem is an error or warning of its own. */
export function checkShape(value: PlistValue, shape: Shape, path: readonly string[]): readonly KeyProblem[] {
  const type = typeOf(value);
  if (type === 'real' || type === 'date' || !shape.types.includes(type))
    return [wrongType(value, shape, path)];
  if (typeof value === 'string') return checkWord(value, shape, path);
  if (type === 'integer') return checkRange(value, shape, path);
  if (isArray(value))
    return value.flatMap((item, index) =>
      shape.items === undefined ? [] : checkShape(item, shape.items, [...path, `${index}`]),
    );
  return isDict(value) ? checkDict(value, shape, path) : [];
}

/** What the standing of a key in the manual says about using it, if anything. */
export function checkStatus(spec: KeySpec, path: readonly string[]): readonly KeyProblem[] {
  const name = path.join('.');
  if (!spec.documented)
    return [
      problem(
        'error',
        'undocumented',
        path,
        `${name} is not in launchd.plist(5), so nobody promises what it does.`,
        'Leave it out, or put it under `launchd_unchecked` to have it written as it stands.',
      ),
    ];
  switch (spec.status) {
    case 'ok':
    case 'undocumented':
      return [];
    case 'unsupported':
      return [
        problem(
          'error',
          'unsupported',
          path,
          `${name} does nothing: launchd ignores it today.`,
          statusHint(spec),
        ),
      ];
    case 'deprecated':
      return [problem('warning', 'deprecated', path, `${name} is deprecated.`, statusHint(spec))];
    case 'discouraged':
    case 'legacy':
      return [
        problem(
          'warning',
          'discouraged',
          path,
          `${name} is best avoided: ${lower(spec.summary)}`,
          statusHint(spec),
        ),
      ];
    case 'not-for-file-plists':
      return [
        problem(
          'error',
          'not-for-files',
          path,
          `${name} works only for jobs that an app registers itself, not for plists in LaunchAgents or LaunchDaemons.`,
          statusHint(spec),
        ),
      ];
  }
}

/** An entry whose name is not among those that a dictionary may have. */
export function unknownKey(name: string, specs: readonly KeySpec[], path: readonly string[]): KeyProblem {
  const here = path.slice(0, -1).join('.');
  const place = here === '' ? 'launchd' : here;
  const sameLetters = specs.find((spec) => spec.name.toLowerCase() === name.toLowerCase());
  if (sameLetters !== undefined)
    return problem(
      'error',
      'unknown-key',
      path,
      `${name} is ${sameLetters.name} in other letters; launchd reads both as one key, and which of two it takes is open.`,
      `Write ${sameLetters.name}.`,
    );
  const offered = specs.filter((spec) => spec.documented).map((spec) => spec.name);
  const near = nearestNames(name, offered);
  return problem(
    'error',
    'unknown-key',
    path,
    here === ''
      ? `launchd knows no key ${name}, and would ignore it without a word.`
      : `${place} has no member ${name}.`,
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : here === ''
        ? '`reconcile explain KEY` tells what a key does; put one that is not in the manual under `launchd_unchecked`.'
        : `It may have ${offered.join(', ')}.`,
  );
}

function checkDict(value: PlistDict, shape: Shape, path: readonly string[]): readonly KeyProblem[] {
  return Object.entries(value.entries).flatMap(([name, member]) => {
    const memberPath = [...path, name];
    if (shape.values !== undefined) return checkShape(member, shape.values, memberPath);
    if (shape.members === undefined) return [];
    const spec = shape.members.find((candidate) => candidate.name === name);
    if (spec === undefined) return [unknownKey(name, shape.members, memberPath)];
    const status = checkStatus(spec, memberPath);
    return status.some((found) => found.severity === 'error')
      ? status
      : [...status, ...checkShape(member, spec, memberPath)];
  });
}

function checkWord(value: string, shape: Shape, path: readonly string[]): readonly KeyProblem[] {
  if (shape.oneOf === undefined || shape.oneOf.includes(value)) return [];
  const [near] = nearestNames(value, shape.oneOf, 1);
  return [
    problem(
      'error',
      'unknown-value',
      path,
      `${path.join('.')} cannot be "${value}".`,
      near === undefined ? `It may be ${shape.oneOf.join(', ')}.` : `Did you mean ${near}?`,
    ),
  ];
}

/** launchd logs a number that is out of range, and goes on with its default (facts §1). */
function checkRange(value: PlistValue, shape: Shape, path: readonly string[]): readonly KeyProblem[] {
  const number = typeof value === 'number' ? BigInt(value) : bigInteger(value);
  if (number === null) return [];
  const tooSmall = shape.min !== undefined && number < BigInt(shape.min);
  const tooLarge = shape.max !== undefined && number > BigInt(shape.max);
  if (!tooSmall && !tooLarge) return [];
  const range =
    shape.max === undefined ? `at least ${shape.min}` : `from ${shape.min ?? 'any'} to ${shape.max}`;
  return [
    problem(
      'error',
      'out-of-range',
      path,
      `${path.join('.')} must be ${range}, but is ${number}; launchd would ignore it.`,
      `Give a whole number ${range}.`,
    ),
  ];
}

function wrongType(value: PlistValue, shape: Shape, path: readonly string[]): KeyProblem {
  return problem(
    'error',
    'wrong-type',
    path,
    `${path.join('.')} must be ${shape.types.map((type) => WORDS[type]).join(' or ')}, but is ${inWords(value)}; launchd would skip it.`,
    hintForType(value, shape),
  );
}

function hintForType(value: PlistValue, shape: Shape): string {
  if (
    typeof value === 'string' &&
    shape.types.includes('boolean') &&
    /^(yes|no|on|off|true|false)$/i.test(value)
  )
    return `Write ${/^(yes|on|true)$/i.test(value) ? 'true' : 'false'}, without quotes.`;
  if (typeof value === 'string' && shape.types.includes('integer') && /^-?[0-9]+$/.test(value))
    return 'Write the number without quotes.';
  if (typeof value === 'string' && shape.types.includes('array'))
    return 'Write a list, even for one element.';
  if (typeOf(value) === 'real' && shape.types.includes('integer'))
    return 'Write a whole number, without a decimal point.';
  if (shape.types.includes('string') && !isArray(value) && !isDict(value)) return 'Put the value in quotes.';
  return `Give ${shape.types.map((type) => WORDS[type]).join(' or ')}.`;
}

const WORDS: Readonly<Record<KeyType | 'real' | 'date', string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  dict: 'a dictionary',
  data: 'data',
  real: 'a real number',
  date: 'a date',
};

function inWords(value: PlistValue): string {
  const type = typeOf(value);
  return type === 'boolean' ? `${value}` : WORDS[type];
}

function typeOf(value: PlistValue): KeyType | 'real' | 'date' {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'integer';
  if (isArray(value)) return 'array';
  return value.kind;
}

function bigInteger(value: PlistValue): bigint | null {
  return typeof value === 'object' && !isArray(value) && value.kind === 'integer'
    ? BigInt(value.digits)
    : null;
}

const INSTEAD: Readonly<Record<string, string>> = {
  OnDemand: 'Use KeepAlive: `OnDemand: false` is `KeepAlive: true`, and `OnDemand: true` is nothing.',
  BundleProgram: 'Use Program or ProgramArguments with an absolute path.',
  NetworkState: 'Let the program wait for the network itself, and restart it on failure.',
  LimitLoadToHosts: 'Choose the hosts with `when: {host: …}`.',
  LimitLoadFromHosts: 'Choose the hosts with `when: {host: …}`.',
  EnableGlobbing: 'Use `script`, where the shell expands names.',
  inetdCompatibility: 'Let the program take its sockets over from launchd.',
};

/** What to do about a key that is not to be used, or not any more. */
export function statusHint(spec: KeySpec): string {
  return INSTEAD[spec.name] ?? 'Leave it out.';
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
