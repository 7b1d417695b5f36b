import type { PlistDict, PlistValue } from '../model/plist.ts';
import { MEANING_CHECKS } from './check-meaning.ts';
import { checkShape, checkStatus, unknownKey } from './check-shape.ts';
import type { Scope } from './domains.ts';
import { type KeyProblem, problem } from './key-problem.ts';
import type { KeySpec, Shape } from './key-spec.ts';
import { KEY_TABLE } from './key-table.ts';
import { nearestNames } from './nearest.ts';

/** A key with its place: `['KeepAlive', 'SuccessfulExit']`. Names that the user chooses (of sockets, of Mach services) are left out. */
export interface PlacedKey extends KeySpec {
  readonly path: readonly string[];
}

/** Every key, each followed by its members. */
export const KEYS: readonly PlacedKey[] = KEY_TABLE.flatMap((spec) => [
  { ...spec, path: [spec.name] },
  ...membersOf(spec).map((member) => ({ ...member, path: [spec.name, member.name] })),
]);

const BY_NAME: ReadonlyMap<string, PlacedKey> = new Map(KEYS.map((entry) => [entry.path.join('.'), entry]));

/** By its exact name: `KeepAlive`, `KeepAlive.SuccessfulExit`. */
export function findKey(name: string): PlacedKey | null {
  return BY_NAME.get(name) ?? null;
}

/**
 * Everything wrong with the keys of a plist, or of a part of one (nothing is required): unknown, misplaced, undocumented,
 * wrong type, out of range, ignored by launchd, of the wrong scope. In the order of the keys.
 */
export function checkPlist(dict: PlistDict, scope: Scope): readonly KeyProblem[] {
  return Object.entries(dict.entries).flatMap(([name, value]) => checkEntry(name, value, dict, scope));
}

/** What a whole plist lacks: a Label, and something to run (launchd's errors 110 and 111). */
export function checkComplete(dict: PlistDict): readonly KeyProblem[] {
  const missing: KeyProblem[] = [];
  if (dict.entries['Label'] === undefined)
    missing.push(
      problem(
        'error',
        'missing',
        ['Label'],
        'The plist has no Label, so launchd refuses it.',
        'Give it a Label.',
      ),
    );
  if (dict.entries['Program'] === undefined && dict.entries['ProgramArguments'] === undefined)
    missing.push(
      problem(
        'error',
        'missing',
        ['ProgramArguments'],
        'The plist does not say what to run, so launchd refuses it.',
        'Give it ProgramArguments or Program.',
      ),
    );
  return missing;
}

/** Keys that a person may have meant, as `KeepAlive` or `KeepAlive.SuccessfulExit`; best first. */
export function suggestKeys(name: string): readonly string[] {
  const documented = KEYS.filter((entry) => entry.documented).map((entry) => entry.path.join('.'));
  const whole = nearestNames(name, documented);
  if (whole.length > 0) return whole;
  return documented.filter((full) => full.toLowerCase().endsWith(`.${name.toLowerCase()}`));
}

function checkEntry(name: string, value: PlistValue, dict: PlistDict, scope: Scope): readonly KeyProblem[] {
  const spec = BY_NAME.get(name);
  if (spec === undefined || spec.path.length > 1)
    return [misplaced(name) ?? unknownKey(name, KEY_TABLE, [name])];
  const standing = [...checkStatus(spec, [name]), ...checkScope(spec, scope)];
  if (standing.some((found) => found.severity === 'error')) return standing;
  const shape = checkShape(value, spec, [name]).map((found) => ({
    ...found,
    hint: HINTS[name] ?? found.hint,
  }));
  if (shape.some((found) => found.severity === 'error')) return [...standing, ...shape];
  return [...standing, ...shape, ...(MEANING_CHECKS.get(name)?.(value, dict) ?? [])];
}

/** launchd ignores some keys in one of the two kinds of jobs; a job that silently runs as somebody else is an error. */
function checkScope(spec: KeySpec, scope: Scope): readonly KeyProblem[] {
  const path = [spec.name];
  if (spec.scope === 'daemon' && scope === 'agent')
    return [
      problem(
        'error',
        'scope',
        path,
        `${spec.name} works in daemons only; launchd ignores it in an agent.`,
        'Declare the job with `domain: system`, or leave the key out.',
      ),
    ];
  if (spec.scope === 'agent' && scope === 'daemon')
    return [
      problem(
        'error',
        'scope',
        path,
        `${spec.name} is for agents; a daemon has no session.`,
        'Leave it out.',
      ),
    ];
  if (spec.name === 'SessionCreate' && scope === 'agent')
    return [
      problem(
        'warning',
        'scope',
        path,
        'SessionCreate takes an agent out of its user’s session, away from the keychain and from permissions given to it.',
        'Leave it out unless you know that the job needs it.',
      ),
    ];
  return [];
}

/** `SuccessfulExit` at the top instead of below KeepAlive. */
function misplaced(name: string): KeyProblem | null {
  const homes = KEYS.filter(
    (entry) => entry.path.length > 1 && entry.name.toLowerCase() === name.toLowerCase(),
  );
  const [home] = homes;
  if (home === undefined) return null;
  return problem(
    'error',
    'misplaced-key',
    [name],
    `${name} is not a key of its own; launchd would ignore it here.`,
    `Put it under ${homes.map((entry) => entry.path[0]).join(' or ')}: \`${home.path[0]}: {${home.name}: …}\`.`,
  );
}

const HINTS: Readonly<Record<string, string>> = {
  ThrottleInterval: 'Give whole seconds, 1 or more; launchd ignores 0 and takes its default of 10.',
  StartInterval: 'Give whole seconds, 1 or more; leave the key out for no interval.',
};

/** Members with fixed names, wherever the value may hold them: in itself, in its values, or in their elements. */
function membersOf(shape: Shape): readonly KeySpec[] {
  return shape.members ?? shape.values?.members ?? [];
}
