import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { ExitKind } from '../launchd/keep-alive.ts';
import { signalByName } from '../launchd/signals.ts';
import type { Domain } from '../model/domain.ts';
import type { Accounts } from './accounts.ts';
import { type Command, commandOf, ENV_BELOW_ROOT, type Identity } from './command.ts';
import type { Definition } from './definition.ts';
import type { Dialect } from './dialect.ts';
import { type Account, jobEnvironment } from './environment.ts';
import { descriptorsOf, listenVariables, NOTHING } from './handover.ts';
import { DEFAULT_UMASK, openJobFiles } from './job-files.ts';
import type { Child, Handover, Spawner, SpawnListener } from './ports.ts';
import { canEnter, canExecute, findProgram, findProgramBelow, isShortage } from './preflight.ts';
import { membersOf, type ProcessTable, startOf } from './process-table.ts';
import type { SessionEnvironment } from './session.ts';

/** The world's own folder is closed to other users; their jobs get the one that is open to all. */
function temporaryOf(account: Account, { self, temporary }: Accounts): string {
  return account.uid === self.uid ? temporary : '/tmp';
}

/**
 * Real processes: each in a session and process group of its own, so that its signals are its own and its group can be ended
 * with it.
 */
export function systemSpawner(
  accounts: Accounts,
  table: ProcessTable,
  surroundings: { readonly dialect: Dialect; readonly session: SessionEnvironment },
  log: (line: string) => void,
): Spawner & { groups(): readonly number[] } {
  /** Groups that outlived their first process. */
  const groups = new Set<number>();
  /** Those whose first process is there. */
  const living = new Set<number>();

  function start(
    definition: Definition,
    domain: Domain,
    listener: SpawnListener,
    handover: Handover = NOTHING,
  ): void {
    const refuse = (why: string): void => {
      table.abandon();
      log(`${domain}/${definition.label}: cannot be started: ${why}`);
    };
    const ready = attempt(() => prepare(definition, domain, accounts, handover));
    if (typeof ready === 'string' || ready instanceof Error) {
      refuse(typeof ready === 'string' ? ready : ready.message);
      listener.failed(typeof ready === 'string' ? 'config' : whyFailed(ready));
      return;
    }
    try {
      table.intend(definition.label, definition.exitTimeout);
    } catch (error) {
      // A process that nobody could find again is not made: it would be lost with the daemon. Disks get room again.
      for (const file of ready.files) closeSync(file);
      log(`${domain}/${definition.label}: cannot be written down: ${(error as Error).message}`);
      listener.failed('fork');
      return;
    }
    // Node's spawn forks and executes before it returns, so the child inherits this and nothing else sees it.
    const before = process.umask(definition.umask ?? DEFAULT_UMASK);
    try {
      const made = spawn(ready.command.file, [...ready.command.args], {
        argv0: ready.command.argv0,
        cwd: ready.folder,
        env: {
          ...jobEnvironment(definition, ready.account, temporaryOf(ready.account, accounts), {
            dialect: surroundings.dialect,
            session: surroundings.session.of(domain),
          }),
          ...listenVariables(handover),
        },
        stdio: descriptorsOf(definition, ready.files, handover),
        detached: true,
      });
      const { pid } = made;
      if (pid === undefined) {
        made.once('error', (error) => {
          refuse(error.message);
          listener.failed(whyFailed(error));
        });
        return;
      }
      living.add(pid);
      remember(definition, pid);
      made.once('error', (error) => log(`${domain}/${definition.label}: ${error.message}`));
      made.once('exit', (code, signal) => {
        listener.ended(exitOf(code, signal));
        settle(pid);
      });
      listener.started(childOf(pid, log));
    } catch (error) {
      refuse((error as Error).message);
      listener.failed(whyFailed(error as NodeJS.ErrnoException));
    } finally {
      process.umask(before);
      for (const file of ready.files) closeSync(file);
    }
  }

  /** The process is there whatever happens to its record; without one, what was intended still tells of it. */
  function remember({ label, exitTimeout }: Definition, pid: number): void {
    try {
      table.add({ label, pid, started: startOf(pid) ?? '', exitTimeout });
    } catch (error) {
      log(`${label}: the process ${pid} cannot be written down: ${(error as Error).message}`);
    }
  }

  /** After a process was reaped: what is left of its group, and of earlier ones? */
  function settle(pid: number): void {
    living.delete(pid);
    groups.add(pid);
    for (const group of groups)
      if (membersOf(group).length === 0) {
        groups.delete(group);
        table.drop(group);
      }
  }

  return { spawn: start, groups: () => [...groups, ...living] };
}

interface Prepared {
  readonly account: Account;
  readonly folder: string;
  readonly command: Command;
  /** Standard in, out and error; to be closed. */
  readonly files: number[];
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

/** Everything that can be wrong is looked for before a process is made; the text says what is. */
function prepare(
  definition: Definition,
  domain: Domain,
  accounts: Accounts,
  { listening }: Handover,
): Prepared | string {
  const runAs = accountOf(definition, domain, accounts);
  if (runAs === null) return 'there is no user or group as the plist names it';
  const root = domain === 'system' && accounts.self.uid === 0 ? definition.rootDirectory : null;
  const found = root === null ? lookHere(definition) : lookBelow(definition, root);
  if ('why' in found) return found.why;
  const files = openJobFiles(definition, runAs.identity);
  if (typeof files === 'string') return files;
  return {
    account: runAs.account,
    folder: found.folder,
    files,
    command: commandOf(definition, found.program, runAs.identity, {
      root,
      find: (tool) => findProgram(tool) ?? tool,
      listens: listening.length > 0,
    }),
  };
}

/** The program, and the folder that it is started in; or why it cannot be. */
type Found = { readonly program: string; readonly folder: string } | { readonly why: string };

function lookHere(definition: Definition): Found {
  const program = findProgram(definition.program);
  if (program === null || !canExecute(program))
    return { why: `${definition.program} or its interpreter is missing or not executable` };
  const folder = definition.workingDirectory ?? '/';
  return canEnter(folder)
    ? { program, folder }
    : { why: `the working directory ${folder} cannot be entered` };
}

function lookBelow({ program: wanted, workingDirectory }: Definition, root: string): Found {
  if (!canEnter(root)) return { why: `the root directory ${root} cannot be entered` };
  const program = findProgramBelow(root, wanted);
  if (program === null) return { why: `${wanted} is missing below ${root}` };
  if (workingDirectory !== null && findProgramBelow(root, ENV_BELOW_ROOT) === null)
    return { why: `without ${ENV_BELOW_ROOT} below ${root} the working directory cannot be entered` };
  return { program, folder: '/' };
}

function childOf(pid: number, log: (line: string) => void): Child {
  return {
    pid,
    signal: (name) => send(pid, name, log),
    signalGroup: (name) => send(-pid, name, log),
  };
}

/** A process or group that is gone already takes any signal. */
function send(target: number, name: NodeJS.Signals, log: (line: string) => void): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      log(`cannot send ${name} to ${target}: ${(error as Error).message}`);
  }
}

/** Darwin's numbers. A signal that Darwin does not know (real-time ones) counts as SIGTERM. */
function exitOf(code: number | null, signal: NodeJS.Signals | null): ExitKind {
  if (code !== null) return { code };
  return { signal: (signal === null ? null : signalByName(signal))?.number ?? 15 };
}

function whyFailed(error: NodeJS.ErrnoException): 'fork' | 'config' {
  return isShortage(error) ? 'fork' : 'config';
}

/** UserName and GroupName count in the system domain only, and take root (facts §1). */
function accountOf(
  definition: Definition,
  domain: Domain,
  accounts: Accounts,
): { readonly account: Account; readonly identity: Identity | null } | null {
  const { self } = accounts;
  if (domain !== 'system' || self.uid !== 0) return { account: self, identity: null };
  const account = definition.userName === null ? self : accounts.user(definition.userName);
  if (account === null) return null;
  const gid = definition.groupName === null ? account.gid : accounts.group(definition.groupName);
  if (gid === null) return null;
  if (account.uid === self.uid && gid === self.gid) return { account, identity: null };
  return {
    account,
    identity: { user: account.name, uid: account.uid, gid, initGroups: definition.initGroups },
  };
}
