import { meaningOf } from '../launchd/meaning.ts';
import { normalise } from '../launchd/normalise.ts';
import { isSensitive } from '../launchd/secrets.ts';
import type { ObservedService } from '../model/observed.ts';
import type { FieldChange, FieldSource } from '../model/plan.ts';
import { dict, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { equalPlist } from '../plist/equal.ts';
import { changedPaths, comparePaths } from './changed-paths.ts';
import { isAsApplied } from './hash.ts';
import { overlap, type Situation } from './situation.ts';

/**
 * Which of three made the difference at a path (interface §5): the declaration is not what was last applied → `config`;
 * else the disk or the loaded job is not (`otherwise`). With nothing recorded: `config` when there is nothing at all yet,
 * else `adopt`.
 */
export function sourceOf(on: Situation, path: readonly string[], otherwise: 'drift' | 'loaded'): FieldSource {
  const recorded = on.entry ?? on.formers[0] ?? null;
  if (recorded === null) return on.found === null && on.loaded === 'no' ? 'config' : 'adopt';
  return isAsApplied(recorded.applied, path, valueAt(on.normal, path)) ? otherwise : 'config';
}

/**
 * What differs on disk, and what differs in launchd alone; sorted by path. Empty exactly when both are as declared, or
 * when the plist may not even be read and launchd has nothing else.
 *
 * @param former what stands in for the plist when there is none: that of a job that moves
 */
export function fieldsOf(on: Situation, former: PlistDict | null): readonly FieldChange[] {
  const onDisk = on.found === null ? former : on.found.symlink ? null : on.found.plist;
  // What may not be read is not absent.
  const ofFile =
    on.file === 'closed'
      ? []
      : describeChanges(onDisk, on.wanted, (path) => sourceOf(on, path, 'drift')).map((field) =>
          withTimeGiven(field, on.service),
        );
  const ofLoaded = on.verdicts
    .filter(
      (field) => field.verdict === 'different' && !ofFile.some((other) => overlap(field.path, other.path)),
    )
    .map((field): FieldChange => {
      const after = isLoadedPath(field.path) ? on.job.path : (valueAt(on.wanted, field.path) ?? null);
      const source = isLoadedPath(field.path) ? 'loaded' : sourceOf(on, field.path, 'loaded');
      return describe(field.path, field.loaded, after, source, on.wanted);
    })
    // What print infers from another key has no value of its own on either side.
    .filter((field) => !equalPlist(field.before ?? undefined, field.after ?? undefined));
  return [...ofFile, ...ofLoaded].sort((a, b) => comparePaths(a.path, b.path));
}

/** Where no plist says how long it may take to end, launchd does, and one system otherwise than another (facts §1). */
function withTimeGiven(field: FieldChange, service: ObservedService): FieldChange {
  if (field.key !== 'ExitTimeOut' || field.before !== null || service.state !== 'loaded') return field;
  const { exitTimeout } = service.service;
  return exitTimeout === null
    ? field
    : { ...field, meaning: `${field.meaning}; launchd gives the loaded job ${exitTimeout} s now` };
}

/**
 * The members in which two plists differ in meaning. Values are shown as they were written; a value that is only there in
 * normalised form is shown so. Variables are listed one by one, so that one secret does not hide the others.
 */
export function describeChanges(
  before: PlistDict | null,
  after: PlistDict,
  sourceAt: (path: readonly string[]) => FieldSource,
): readonly FieldChange[] {
  const old = before === null ? dict([]) : normalise(before);
  const wanted = normalise(after);
  const paths = changedPaths(old, wanted).flatMap((path) => splitVariables(path, old, wanted));
  return paths.map((path) => {
    const was = (before === null ? undefined : valueAt(before, path)) ?? valueAt(old, path) ?? null;
    const becomes = valueAt(after, path) ?? valueAt(wanted, path) ?? null;
    return describe(path, was, becomes, sourceAt(path), after);
  });
}

/** The value at a path of dictionaries; undefined when there is none. */
export function valueAt(plist: PlistDict, path: readonly string[]): PlistValue | undefined {
  let value: PlistValue | undefined = plist;
  for (const key of path) {
    if (!isDict(value) || !Object.hasOwn(value.entries, key)) return undefined;
    value = value.entries[key];
  }
  return value;
}

function describe(
  path: readonly string[],
  before: PlistValue | null,
  after: PlistValue | null,
  source: FieldSource,
  plist: PlistDict,
): FieldChange {
  return {
    key: path[0] ?? '',
    path,
    before,
    after,
    source,
    meaning: isLoadedPath(path) ? 'it was loaded from another file' : meaningOf(path, after, plist),
    sensitive: isSensitive(path, before) || isSensitive(path, after),
  };
}

/** Not a key of the plist, but where launchd loaded it from. */
function isLoadedPath(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === 'path';
}

function splitVariables(
  path: readonly string[],
  before: PlistDict,
  after: PlistDict,
): readonly (readonly string[])[] {
  if (path.length !== 1 || path[0] !== 'EnvironmentVariables') return [path];
  const side = valueAt(before, path) ?? valueAt(after, path);
  const other = valueAt(before, path) === undefined ? undefined : valueAt(after, path);
  if (!isDict(side) || other !== undefined) return [path];
  const names = Object.keys(side.entries).sort();
  return names.length === 0 ? [path] : names.map((name) => [...path, name]);
}
