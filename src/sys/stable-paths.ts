import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

/** A path for a job that outlives updates; `pinned`: why this one may be gone one day, in words, or null. */
export interface StablePath {
  readonly path: string;
  readonly pinned: string | null;
}

/** What has to be looked up. */
export interface PathLookup {
  /** Links followed; null: nothing is there. */
  real(path: string): string | null;
  /** Major version of a Node; null: it is none. */
  nodeMajor(path: string): number | null;
}

/** The oldest Node that runs us. */
const NODE_FLOOR = 20;

/** Where a Node lies that updates replace in place. */
const NODES = ['/opt/homebrew/bin/node', '/usr/local/bin/node', '/usr/bin/node'];

/** Folders of one version, or of nobody's: an update or a clean-up takes them away. */
const PINNED: readonly (readonly [RegExp, string])[] = [
  [/\/Cellar\/[^/]+\/[^/]+\//, 'it belongs to one version of a Homebrew formula'],
  [/\/\.nvm\/versions\//, 'it belongs to one version of Node in nvm'],
  [/\/(?:fnm_multishells|\.?fnm\/node-versions)\//, 'it belongs to one version of Node in fnm'],
  [/\/\.volta\/tools\/image\//, 'it belongs to one version of Node in Volta'],
  [
    /\/\.?(?:asdf|nodenv|mise)\/(?:installs|versions)\//,
    'it belongs to one version of Node in a version manager',
  ],
  [/\/hostedtoolcache\//, 'it belongs to one version of Node in a tool cache'],
  [/\/_npx\//, "it lies in npx's cache, which is emptied at times"],
];

export function whyPinned(path: string): string | null {
  return PINNED.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/**
 * The Node for a job: the path that Homebrew, the installer or the system keeps, if it leads to the one that runs now; where
 * that one is pinned to a version, such a path to any Node that can run us.
 *
 * @param running path of the Node that runs now
 */
export function stableNode(running: string, lookup: PathLookup): StablePath {
  const real = lookup.real(running) ?? running;
  const kept = [...NODES, homebrewOpt(real), running].find(
    (path) => path !== null && whyPinned(path) === null && lookup.real(path) === real,
  );
  if (kept != null) return { path: kept, pinned: null };
  const other = NODES.find((path) => (lookup.nodeMajor(path) ?? 0) >= NODE_FLOOR);
  return other === undefined
    ? { path: running, pinned: whyPinned(running) ?? whyPinned(real) }
    : { path: other, pinned: null };
}

/** The command for a job: its real file, or, where that is pinned to a version, the link that updates replace. */
export function stableCommand(called: string, lookup: PathLookup): StablePath {
  const real = lookup.real(called) ?? called;
  if (whyPinned(real) === null) return { path: real, pinned: null };
  const kept = [called, homebrewOpt(real)].find(
    (path) => path !== null && whyPinned(path) === null && lookup.real(path) === real,
  );
  return kept == null ? { path: real, pinned: whyPinned(real) } : { path: kept, pinned: null };
}

/** `…/Cellar/node/22.1.0/bin/node` is always also `…/opt/node/bin/node`. */
function homebrewOpt(path: string): string | null {
  const [, prefix, formula, rest] = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/(.*)$/.exec(path) ?? [];
  return prefix === undefined ? null : `${prefix}/opt/${formula}/${rest}`;
}

export const realLookup: PathLookup = {
  real(path) {
    try {
      return realpathSync(path);
    } catch {
      return null;
    }
  },
  nodeMajor(path) {
    const { stdout, status } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 5_000 });
    const major = /^v(\d+)\./.exec(stdout ?? '')?.[1];
    return status === 0 && major !== undefined ? Number(major) : null;
  },
};
