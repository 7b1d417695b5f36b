import { setTimeout as pause } from 'node:timers/promises';
import {
  groupOf,
  membersOf,
  orphansNamed,
  type ProcessTable,
  processesWith,
  serviceNameOf,
  startOf,
} from './process-table.ts';

/** How often one looks whether a foreign process has gone: nobody tells when it is not one's own child. */
const LOOK_EVERY_MS = 20;

/**
 * Ends what a daemon that was killed has left running: SIGTERM to each group, SIGKILL when its time is over. Resolves when
 * they are gone.
 */
export async function endLeftovers(table: ProcessTable, log: (line: string) => void): Promise<void> {
  const { records, intended } = table.leftovers();
  const groups = new Map<number, number>();
  for (const { pid, label, started, exitTimeout } of records)
    if (isOurs(pid, label, started)) groups.set(pid, exitTimeout);
  // Died between making a process and writing its pid down.
  if (intended !== null)
    for (const pid of orphansNamed(intended.label, intended.since)) groups.set(pid, intended.exitTimeout);
  await Promise.all([...groups].map(([group, timeout]) => endGroup(group, timeout, log)));
  table.clear();
}

/**
 * Ends what jobs of this world have started in sessions of their own: it outlives a bootout, as on a Mac, but not the end of
 * the world. Known by the TMPDIR that no other world has.
 */
export async function endStrays(temporary: string, log: (line: string) => void): Promise<void> {
  const strays = processesWith(`TMPDIR=${temporary}`).filter((pid) => pid !== process.pid);
  const groups = new Set(strays.map(groupOf));
  await Promise.all([...groups].filter((group) => group !== null).map((group) => endGroup(group, 1, log)));
}

/** Ends one process group. `timeout` 0 (never, for launchd) is taken for 5 seconds. */
export async function endGroup(group: number, timeout: number, log: (line: string) => void): Promise<void> {
  log(`ending the process group ${group} that was left over`);
  const deadline = performance.now() + (timeout === 0 ? 5 : timeout) * 1000;
  send(group, 'SIGTERM');
  while (membersOf(group).length > 0 && performance.now() < deadline) await pause(LOOK_EVERY_MS);
  if (membersOf(group).length === 0) return;
  send(group, 'SIGKILL');
  // A process that even SIGKILL does not end at once (stuck in the kernel) is left to the kernel.
  const patience = performance.now() + 2000;
  while (membersOf(group).length > 0 && performance.now() < patience) await pause(LOOK_EVERY_MS);
}

/** The recorded process itself, or, when it has ended, members of its group that carry its name. */
function isOurs(pid: number, label: string, started: string): boolean {
  const now = startOf(pid);
  if (now !== null) return now === started;
  return membersOf(pid).some((member) => serviceNameOf(member) === label);
}

function send(group: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has just gone, which is what was wanted.
  }
}
