import { join } from 'node:path';
import { makeFolders } from './make-folders.ts';

/** The folders of one embedded launchd. Absolute paths. */
export interface World {
  readonly root: string;
  /** Socket, locks, log, process table: gone with a reset, never edited. */
  readonly run: string;
  /** Overrides. */
  readonly db: string;
  /** TMPDIR of the jobs: private to this world, as macOS has one that is private to each user. */
  readonly temporary: string;
  /** Plists that a login loads into `gui/UID`. */
  readonly userAgents: string;
  readonly globalAgents: string;
  /** Plists that a boot loads into `system`. */
  readonly daemons: string;
}

export function worldAt(root: string): World {
  return {
    root,
    run: join(root, 'run'),
    db: join(root, 'db'),
    temporary: join(root, 'tmp'),
    userAgents: join(root, 'LaunchAgents'),
    globalAgents: join(root, 'Library', 'LaunchAgents'),
    daemons: join(root, 'Library', 'LaunchDaemons'),
  };
}

/** Makes what is missing, for its owner alone. */
export function makeWorld(world: World): void {
  const { root, run, db, temporary, userAgents, globalAgents, daemons } = world;
  for (const folder of [root, run, db, temporary, userAgents, globalAgents, daemons])
    makeFolders(folder, 0o700);
}
