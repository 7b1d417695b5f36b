import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';

/** Names the socket of whoever made this world; the daemon goes when they do. See src/sys/private-world.ts. */
export const OWNER = 'RECONCILE_EMBEDDED_OWNER';

/**
 * Follows the maker of a world by a connection that the kernel closes with their process, however that ends. Resolves null
 * when they have gone already.
 */
export function followOwner(socketPath: string): Promise<{ readonly gone: Promise<void> } | null> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const gone = new Promise<void>((tell) => socket.once('close', () => tell()));
    socket.once('connect', () => resolve({ gone }));
    // An error after that is told by 'close', too.
    socket.on('error', () => resolve(null));
    socket.resume();
  });
}

/** Nobody is left to remove the folder of the world but its launchd. Only a folder made for this is ever removed. */
export function removeAbandoned(socketPath: string, worldRoot: string): void {
  const folder = dirname(socketPath);
  if (!basename(folder).startsWith('reconcile-world-') || !worldRoot.startsWith(`${folder}/`)) return;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
