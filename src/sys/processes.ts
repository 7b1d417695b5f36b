import { readdirSync, readFileSync } from 'node:fs';
import { runProgram } from './exec.ts';
import type { Processes } from './ports.ts';

export const realProcesses: Processes = { alive: isAlive, ancestry };

/**
 * A zombie has ended: where /proc tells, it counts as gone, but not before its last thread has, which still holds its files
 * and its ports. EPERM means that it lives, as someone else's.
 */
function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const state = procStat(pid)?.state;
  return (state !== 'Z' && state !== 'X') || threadsOf(pid) > 1;
}

/** This process first, then its parent, up to the first process of all. */
async function ancestry(): Promise<readonly number[]> {
  const parentOf =
    process.platform === 'linux' ? (pid: number) => procStat(pid)?.parent : await parentsByPs();
  const line = [process.pid];
  for (let pid = process.ppid; pid > 0 && !line.includes(pid); pid = parentOf(pid) ?? 0) line.push(pid);
  return line;
}

/**
 * When a process started: a text that is the same for as long as it lives and another for the next process with the
 * same pid. Letters, digits and `-` only. Null: there is no such process, or the system does not tell.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return procStat(pid)?.start ?? null;
  const text = (await ps(['-o', 'lstart=', '-p', String(pid)])).trim();
  const at = Date.parse(`${text} UTC`);
  return Number.isNaN(at) ? null : String(at / 1000);
}

/** False: there is no such process, or it is not ours to signal. */
export function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Clock ticks a second, as Linux tells times to programs: 100 on every machine of our day (USER_HZ). */
const TICKS = 100;

/** Seconds since a process started; null: there is no such process, or the system does not tell. */
export async function processAge(pid: number): Promise<number | null> {
  if (process.platform === 'linux') {
    const start = procStat(pid)?.start;
    const up = Number(readText('/proc/uptime').split(' ')[0]);
    return start === undefined || !(up > 0) ? null : Math.max(0, up - Number(start) / TICKS);
  }
  const start = await processStart(pid);
  return start === null ? null : Math.max(0, Date.now() / 1_000 - Number(start));
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The parent of a process, where /proc tells; else null. */
export function parentOf(pid: number): number | null {
  return procStat(pid)?.parent ?? null;
}

interface ProcStat {
  readonly state: string;
  readonly parent: number;
  /** In clock ticks since boot. */
  readonly start: string;
}

function procStat(pid: number): ProcStat | null {
  if (process.platform !== 'linux') return null;
  const text = readText(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold anything, blanks and parentheses too.
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const start = rest[17];
  return state === undefined || start === undefined ? null : { state, parent: Number(parent), start };
}

async function parentsByPs(): Promise<(pid: number) => number | undefined> {
  const parents = new Map<number, number>();
  for (const row of (await ps(['-A', '-o', 'pid=,ppid='])).split('\n')) {
    const [pid, parent] = row.trim().split(/\s+/).map(Number);
    if (pid !== undefined && parent !== undefined) parents.set(pid, parent);
  }
  return (pid) => parents.get(pid);
}

async function ps(args: readonly string[]): Promise<string> {
  try {
    return (await runProgram('/bin/ps', args, { env: { LC_ALL: 'C', TZ: 'UTC' }, timeoutMs: 5_000 })).stdout;
  } catch {
    return '';
  }
}
