import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until something holds; fails after a time that no healthy machine needs. */
export async function until(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !holds(); ) {
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${holds}`);
    await sleep(10);
  }
}
