import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessFacts } from '../model/leftover.ts';
import { runProgram } from './exec.ts';
import { parentOf, processAge, processStart, realProcesses } from './processes.ts';

const VARIABLE = 'XPC_SERVICE_NAME';

/** What can be told of a process from outside; `unknown`: it is there, and nothing can. Never throws. */
export async function lookAtProcess(pid: number): Promise<ProcessFacts | 'none' | 'unknown'> {
  if (!realProcesses.alive(pid)) return 'none';
  const found = process.platform === 'linux' ? await lookInProc(pid) : await lookByPs(pid);
  if (found !== null) return found;
  return realProcesses.alive(pid) ? 'unknown' : 'none';
}

async function lookInProc(pid: number): Promise<ProcessFacts | null> {
  const start = await processStart(pid);
  const age = await processAge(pid);
  if (start === null || age === null) return null;
  return {
    pid,
    uid: uidIn(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? ''),
    parent: parentOf(pid),
    start,
    startedAt: Date.now() / 1_000 - age,
    program: attempt(() => readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')),
    command: attempt(() => oneLine(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) ?? '',
    service: serviceIn(attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0'))),
  };
}

/** Three questions to ps, which is all that macOS offers to everybody. */
async function lookByPs(pid: number): Promise<ProcessFacts | null> {
  const ask = async (flags: readonly string[]): Promise<string> => {
    try {
      const options = { env: { LC_ALL: 'C', TZ: 'UTC' }, timeoutMs: 5_000 };
      return (await runProgram('/bin/ps', [...flags, '-p', String(pid)], options)).stdout;
    } catch {
      return '';
    }
  };
  const row = parseProcessRow(await ask(['-ww', '-o', 'ppid=,uid=,lstart=,command=']));
  if (row === null) return null;
  const program = (await ask(['-o', 'comm='])).trim();
  return {
    pid,
    uid: row.uid,
    parent: row.parent,
    start: String(row.startedAt),
    startedAt: row.startedAt,
    program: program.startsWith('/') ? program : null,
    command: row.command,
    service: parseEnvironment(await ask(['-E', '-ww', '-o', 'command=']), row.command),
  };
}

interface ProcessRow {
  readonly parent: number;
  readonly uid: number;
  readonly startedAt: number;
  readonly command: string;
}

/** `    1   501 Sat Nov 21 10:00:00 2026 /usr/bin/node server.js`, with TZ=UTC. */
export function parseProcessRow(text: string): ProcessRow | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\s+(.*)$/s.exec(text.trimEnd());
  const at = Date.parse(`${match?.[3]?.replace(/ +/g, ' ')} UTC`);
  if (match === null || Number.isNaN(at)) return null;
  const [parent, uid] = [Number(match[1]), Number(match[2])];
  return { parent, uid, startedAt: at / 1_000, command: oneLine(match[4] ?? '') };
}

/** `Uid:` of /proc/PID/status, real, effective, saved and of files: the effective one. */
function uidIn(status: string): number | null {
  const found = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return found === undefined ? null : Number(found);
}

/**
 * What `ps -E` shows after the command itself; of processes whose environment macOS keeps to itself, nothing. The variable
 * is looked for behind the command, so that an argument of that form counts for nothing.
 */
export function parseEnvironment(text: string, command: string): ProcessFacts['service'] {
  const line = oneLine(text);
  if (!line.startsWith(command) || line.length === command.length) return 'unknown';
  return serviceIn(line.slice(command.length).trim().split(' '));
}

function serviceIn(variables: readonly string[] | null): ProcessFacts['service'] {
  if (variables === null) return 'unknown';
  const found = variables.find((line) => line.startsWith(`${VARIABLE}=`));
  return { name: found?.slice(VARIABLE.length + 1) ?? null };
}

function oneLine(text: string): string {
  return text.replace(/[\0\s]+/g, ' ').trim();
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
