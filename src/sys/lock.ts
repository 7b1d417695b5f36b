import { randomBytes } from 'node:crypto';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { makeFolders } from './make-folders.ts';
import type { Clock, Processes } from './ports.ts';
import { processStart } from './processes.ts';

/** Lets go of a lock. What cannot be removed now is removed as soon as that goes; never throws. */
export interface Release {
  (): Promise<void>;
  /** Whether it is still there: who removes the folder takes the lock away, too. Throws Node's errors where that is not known. */
  stands(): Promise<boolean>;
}

export interface LockOptions {
  /** How long to wait for a living holder; 0: not at all. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly signal?: AbortSignal;
  /** Told once, when there is someone to wait for. */
  readonly onWait?: (holder: number) => void;
}

/** `apply.lock.<pid>.<start of that process>.<token>`: all that is to be known stands in the name, so it appears at once. */
const NAME = /^apply\.lock\.(\d+)\.([0-9A-Za-z-]+)\.([0-9a-f]{16})$/;
const UNKNOWN_START = 'unknown';
/** How often a claim that could not be removed, as on a disk that is read-only for a while, is tried again. */
const RETRY_MS = 1_000;
/** Paths of such claims: nobody's any more, though their process lives. */
const stuck = new Set<string>();
/** How long an older claim waits for a younger one, made in the same moment, to be withdrawn. */
const SETTLE_MS = 1_000;

interface Claim {
  readonly name: string;
  readonly pid: number;
  readonly start: string;
  /** When it was made, in nanoseconds; then by token. */
  readonly made: bigint;
}

/**
 * Takes the lock of a state folder (made when missing, 0700). Everyone announces a claim in a file of their own and then
 * looks for the claims of others; only who sees no other living claim goes in. Names are never used twice, so anyone may
 * remove the claim of a dead process at any time, and taking over a dead holder's lock is no race. Of two claims made at
 * once the older stays.
 *
 * Throws ReconcileError `lock/held` (exit 75) that names the holder's pid, `lock/unwritable` (exit 1), or
 * `interrupted` (exit 130).
 */
export async function acquireLock(folder: string, options: LockOptions): Promise<Release> {
  const deadline = options.clock.now() + options.timeoutMs;
  const start = (await processStart(process.pid)) ?? UNKNOWN_START;
  let waits = false;
  for (let pause = 50; ; pause = Math.min(pause * 2, 500)) {
    const claim = await announce(folder, start);
    const other = await rival(folder, claim, options);
    if (other === null) return releaseOf(join(folder, claim.name));
    await withdraw(folder, claim.name);
    if (options.signal?.aborted)
      throw new ReconcileError(
        'interrupted',
        'Interrupted while waiting for the lock; nothing was changed.',
        {
          exitCode: EXIT.interrupted,
        },
      );
    const left = deadline - options.clock.now();
    if (left <= 0)
      throw new ReconcileError(
        'lock/held',
        `Another reconcile is at work on the same jobs: process ${other.pid} holds the lock in ${folder}.`,
        {
          hint: `Wait until it has finished, or let this one wait: --lock-timeout 60s. To see it: ps -p ${other.pid}`,
          exitCode: EXIT.locked,
        },
      );
    if (!waits) options.onWait?.(other.pid);
    waits = true;
    await options.clock.pause(Math.min(pause, left), options.signal);
  }
}

function releaseOf(path: string): Release {
  const release = async (): Promise<void> => {
    stuck.add(path);
    try {
      await remove(path);
      stuck.delete(path);
    } catch {
      setTimeout(release, RETRY_MS).unref();
    }
  };
  const stands = async (): Promise<boolean> => {
    try {
      await stat(path);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw error;
    }
  };
  return Object.assign(release, { stands });
}

/** Who holds the lock now, without asking for it; null: nobody that lives. */
export async function lockHolder(folder: string, processes: Processes): Promise<number | null> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, start] = NAME.exec(name) ?? [];
    if (pid !== undefined && start !== undefined && (await isAlive(Number(pid), start, processes)))
      return Number(pid);
  }
  return null;
}

async function announce(folder: string, start: string): Promise<Claim> {
  const name = `apply.lock.${process.pid}.${start}.${randomBytes(8).toString('hex')}`;
  try {
    makeFolders(folder, 0o700);
    const handle = await open(join(folder, name), 'wx', 0o600);
    const { mtimeNs } = await handle.stat({ bigint: true });
    await handle.close();
    return { name, pid: process.pid, start, made: mtimeNs };
  } catch (cause) {
    throw new ReconcileError(
      'lock/unwritable',
      `The lock cannot be made in ${folder}: ${(cause as Error).message.replace(/^[A-Z]+: |, \w+ '.*$/g, '')}.`,
      {
        hint: 'Make that folder writable for you; reconcile keeps its state there.',
        exitCode: EXIT.failed,
        cause,
      },
    );
  }
}

/** The living claim that ours must yield to, or null when there is none. */
async function rival(folder: string, ours: Claim, { clock, processes }: LockOptions): Promise<Claim | null> {
  for (const until = clock.now() + SETTLE_MS; ; ) {
    const others = await livingClaims(folder, ours, processes);
    const [oldest] = others;
    if (oldest === undefined) return null;
    if (isOlder(oldest, ours) || clock.now() >= until) return oldest;
    await clock.pause(10);
  }
}

/** The claims of others, oldest first; those of dead processes are removed on the way. */
async function livingClaims(folder: string, ours: Claim, processes: Processes): Promise<readonly Claim[]> {
  const living: Claim[] = [];
  for (const name of await readdir(folder)) {
    const [, pid, start, token] = NAME.exec(name) ?? [];
    if (name === ours.name || pid === undefined || start === undefined || token === undefined) continue;
    if (stuck.has(join(folder, name))) continue;
    if (!(await isAlive(Number(pid), start, processes))) {
      await withdraw(folder, name);
      continue;
    }
    const made = await stat(join(folder, name), { bigint: true }).catch(() => null);
    if (made !== null) living.push({ name, pid: Number(pid), start, made: made.mtimeNs });
  }
  return living.sort((a, b) => (isOlder(a, b) ? -1 : 1));
}

async function isAlive(pid: number, start: string, processes: Processes): Promise<boolean> {
  if (!processes.alive(pid)) return false;
  const now = await processStart(pid);
  // A pid is used again some day: another start tells another process. Not known: believed to be the holder.
  return now === null || start === UNKNOWN_START || now === start;
}

function isOlder(a: Claim, b: Claim): boolean {
  return a.made === b.made ? a.name < b.name : a.made < b.made;
}

function withdraw(folder: string, name: string): Promise<void> {
  return remove(join(folder, name));
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}
