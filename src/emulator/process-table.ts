import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from './make-folders.ts';

/** A process that the daemon made: enough to find it again when the daemon itself was killed. */
export interface ProcessRecord {
  readonly label: string;
  readonly pid: number;
  /** When it started, as the system tells it; a pid alone may be another process's by now. */
  readonly started: string;
  /** Seconds from SIGTERM to SIGKILL. */
  readonly exitTimeout: number;
}

/** On disk, one small file a process; each change is written at once. */
export interface ProcessTable {
  /** Just before a process is made: the record that exists if the daemon dies before `add`. */
  intend(label: string, exitTimeout: number): void;
  /** The process is there. */
  add(record: ProcessRecord): void;
  /** No process was made. */
  abandon(): void;
  /** The process has been reaped and nothing is left of its group. */
  drop(pid: number): void;
  /** What an earlier daemon left: its records of this boot of the machine. */
  leftovers(): {
    readonly records: readonly ProcessRecord[];
    readonly intended: {
      readonly label: string;
      readonly exitTimeout: number;
      readonly since: number;
    } | null;
  };
  /** Forgets all of it. */
  clear(): void;
}

const INTENDED = 'intended';

/** Kept in `folder`. */
export function openProcessTable(folder: string): ProcessTable {
  makeFolders(folder, 0o700);
  const boot = bootId();

  function write(name: string, value: object): void {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, JSON.stringify({ boot, ...value }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  function read(name: string): Record<string, unknown> | null {
    try {
      const value: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
      return record !== null && record['boot'] === boot ? record : null;
    } catch {
      return null;
    }
  }

  return {
    intend: (label, exitTimeout) => write(INTENDED, { label, exitTimeout, since: Date.now() }),
    add(record) {
      write(String(record.pid), record);
      rmSync(join(folder, INTENDED), { force: true });
    },
    abandon: () => rmSync(join(folder, INTENDED), { force: true }),
    drop: (pid) => rmSync(join(folder, String(pid)), { force: true }),
    leftovers() {
      const records: ProcessRecord[] = [];
      for (const name of names(folder)) {
        if (!/^[0-9]+$/.test(name)) continue;
        const value = read(name);
        if (value === null) continue;
        records.push({
          label: String(value['label']),
          pid: Number(name),
          started: String(value['started']),
          exitTimeout: Number(value['exitTimeout']),
        });
      }
      const intended = read(INTENDED);
      return {
        records,
        intended:
          intended === null
            ? null
            : {
                label: String(intended['label']),
                exitTimeout: Number(intended['exitTimeout']),
                since: Number(intended['since']),
              },
      };
    },
    clear() {
      for (const name of names(folder)) rmSync(join(folder, name), { force: true });
    },
  };
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * When a process started, in the system's own words: clock ticks since boot from /proc on Linux, else what `ps` prints.
 * Null: no such process (a zombie counts as none).
 */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const fields = statFields(pid);
    return fields === null || fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  }
  const { stdout } = spawnSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() || null;
}

/** Living members of a process group. Zombies are none. */
export function membersOf(group: number): readonly number[] {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return [];
  }
  return allPids().filter((pid) => {
    const fields = statFields(pid);
    return fields !== null && fields[0] !== 'Z' && fields[0] !== 'X' && fields[2] === String(group);
  });
}

/** The value that a process found for XPC_SERVICE_NAME in its environment; null when it cannot be told. */
export function serviceNameOf(pid: number): string | null {
  return (
    variablesOf(pid)
      .find((line) => line.startsWith('XPC_SERVICE_NAME='))
      ?.slice(17) ?? null
  );
}

/** Processes of jobs (they have an XPC_SERVICE_NAME) that found this variable (`NAME=value`) in their environment. */
export function processesWith(variable: string): readonly number[] {
  return allPids().filter((pid) => {
    const variables = variablesOf(pid);
    return variables.includes(variable) && variables.some((line) => line.startsWith('XPC_SERVICE_NAME='));
  });
}

/** The process group; null when the process has gone. */
export function groupOf(pid: number): number | null {
  const group = Number(statFields(pid)?.[2]);
  return Number.isInteger(group) && group > 1 ? group : null;
}

function variablesOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/**
 * Group leaders that began at this moment (milliseconds of the calendar) or later, whose environment names this service and
 * whose parent is no launchd of this kind: what a daemon made and had no time to write down.
 */
export function orphansNamed(label: string, since: number): readonly number[] {
  const boot = bootTimeMs();
  return allPids().filter((pid) => {
    const fields = statFields(pid);
    if (fields === null || fields[0] === 'Z' || fields[2] !== String(pid)) return false;
    const began = boot + Number(fields[19]) * (1000 / TICKS_PER_SECOND);
    // The boot time is told in whole seconds.
    return began > since - 2000 && serviceNameOf(pid) === label && !isDaemon(Number(fields[1]));
  });
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

function bootTimeMs(): number {
  const [, seconds] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  return Number(seconds) * 1000;
}

function isDaemon(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launchd.cjs');
  } catch {
    return false;
  }
}

function allPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** /proc/PID/stat from the third field (state) on; the second may contain anything. [0] state [1] ppid [2] group [3] session [19] start. */
function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    const { stdout } = spawnSync('/usr/sbin/sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' });
    return String(stdout ?? '').trim();
  }
}
