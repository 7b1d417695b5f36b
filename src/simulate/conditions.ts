import { effectiveKeepAlive } from '../launchd/keep-alive.ts';
import { dict, isDict, type PlistDict } from '../model/plist.ts';

/**
 * A world in which the conditions of a job's KeepAlive on paths and other jobs hold: a person who looks ahead wants to see the
 * job at work, and this machine need not be the one that it is meant for.
 */
export interface AssumedWorld {
  readonly paths: ReadonlySet<string>;
  /** Other jobs to load first: with a process, or without one. */
  readonly jobs: readonly { readonly label: string; readonly runs: boolean }[];
  /** In words, in the order of the plist. */
  readonly told: readonly string[];
}

export function assumeConditions(plist: PlistDict): AssumedWorld {
  const keepAlive = effectiveKeepAlive(plist);
  const paths = flags(keepAlive, 'PathState');
  const loaded = flags(keepAlive, 'OtherJobEnabled');
  const active = flags(keepAlive, 'OtherJobActive');
  const labels = new Set([...loaded, ...active].filter(([, wanted]) => wanted).map(([label]) => label));
  return {
    paths: new Set(paths.filter(([, wanted]) => wanted).map(([path]) => path)),
    jobs: [...labels].map((label) => ({
      label,
      runs: active.some(([other, wanted]) => other === label && wanted),
    })),
    told: [
      ...paths.map(([path, wanted]) => `${path} ${wanted ? 'exists' : 'is missing'}`),
      ...loaded.map(([label, wanted]) => `${label} is ${wanted ? '' : 'not '}loaded`),
      ...active.map(([label, wanted]) => `${label} ${wanted ? 'runs' : 'does not run'}`),
    ],
  };
}

/** The plist of such another job. */
export function otherJob(label: string, runs: boolean): PlistDict {
  return dict([
    ['Label', label],
    ['ProgramArguments', [label]],
    ['RunAtLoad', runs || undefined],
  ]);
}

function flags(keepAlive: boolean | PlistDict, member: string): readonly (readonly [string, boolean])[] {
  const wanted = isDict(keepAlive) ? keepAlive.entries[member] : undefined;
  if (!isDict(wanted)) return [];
  return Object.entries(wanted.entries).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
}
