import { resolve } from 'node:path';
import type { Accounts } from '../../src/emulator/accounts.ts';
import type { Reply } from '../../src/emulator/address.ts';
import { DEFAULT_RELEASE, dialectOf } from '../../src/emulator/dialect.ts';
import type { Disk } from '../../src/emulator/disk.ts';
import { DEFAULT_FIDELITY, type Fidelity } from '../../src/emulator/fidelity.ts';
import { pidOf } from '../../src/emulator/job.ts';
import type { Launchd } from '../../src/emulator/launchd-state.ts';
import { toldMounts } from '../../src/emulator/mounts.ts';
import { overrideFile } from '../../src/emulator/overrides.ts';
import { createSession } from '../../src/emulator/session.ts';
import { createSupervisor } from '../../src/emulator/supervisor.ts';
import { runVerb } from '../../src/emulator/verbs.ts';
import type { ExitKind } from '../../src/launchd/keep-alive.ts';
import type { Release } from '../../src/launchd/releases.ts';
import type { Domain } from '../../src/model/domain.ts';
import { createVirtualClock, type VirtualClock } from '../../src/simulate/virtual-clock.ts';
import type { CallResult, Clock, Files, Launchctl } from '../../src/sys/ports.ts';
import { type Behaviour, createScriptedSpawner } from './scripted-spawner.ts';

/**
 * A launchctl without a process, a socket or a real clock: the engine of the embedded launchd on virtual time. Bootstrap reads
 * plists through the `Files` port it was given.
 */
export interface MemoryLaunchctl extends Launchctl {
  /** For code that polls: a pause lets virtual time pass, and launchd's timers fire meanwhile. */
  readonly clock: Clock;
  readonly time: VirtualClock;
  /** Arguments of every call, in order. */
  readonly calls: readonly (readonly string[])[];
  /** How the processes of this label behave from their next start on. */
  behave(label: string, behaviour: Behaviour): void;
  /** The process of this label ends by itself. */
  end(label: string, exit: ExitKind): void;
  pid(domain: Domain, label: string): number | null;
  /** Loaded labels of a domain, in the order of loading. */
  loaded(domain: Domain): readonly string[];
  /** Instead of the true answer, once: for the next call whose arguments begin like this. */
  answerOnce(args: readonly string[], result: Partial<CallResult>): void;
  isAlive(pid: number): boolean;
}

export interface MemoryLaunchctlOptions {
  readonly files: Files;
  readonly uid?: number;
  readonly fidelity?: Partial<Fidelity>;
  readonly release?: Release;
}

export function createMemoryLaunchctl(options: MemoryLaunchctlOptions): MemoryLaunchctl {
  const { files, uid = 501 } = options;
  const fidelity = { ...DEFAULT_FIDELITY, ...options.fidelity };
  const time = createVirtualClock();
  const spawner = createScriptedSpawner(time);
  const paths = { exists: () => false, holdsEntries: () => false, watch: () => ({ close: () => {} }) };
  const supervisor = createSupervisor({
    clock: time,
    spawner,
    paths,
    mounts: toldMounts(),
    fidelity,
    log: () => {},
  });
  const overrides = new Map<string, Record<string, boolean>>();
  const overridesOf = (domain: Domain): Record<string, boolean> => {
    const file = overrideFile(domain);
    const entries = overrides.get(file) ?? Object.create(null);
    overrides.set(file, entries);
    return entries;
  };
  const calls: (readonly string[])[] = [];
  const answers: { readonly args: readonly string[]; readonly result: Partial<CallResult> }[] = [];
  const launchd: Omit<Launchd, 'disk'> = {
    supervisor,
    overrides: {
      read: overridesOf,
      set: (domain, label, disabled) => {
        overridesOf(domain)[label] = disabled;
      },
    },
    accounts: accountsOf(uid),
    fidelity,
    dialect: dialectOf(options.release ?? DEFAULT_RELEASE),
    session: createSession(),
    login: { isThere: true },
    asid: 100_001,
    bringUpMs: 1,
    pid: 1,
    version: 'memory',
    log: () => {},
  };

  async function call(args: readonly string[], timeoutMs: number): Promise<CallResult> {
    calls.push(args);
    const scripted = answers.findIndex((answer) => answer.args.every((arg, index) => args[index] === arg));
    if (scripted >= 0) {
      const [answer] = answers.splice(scripted, 1);
      return { code: 0, stdout: '', stderr: '', timedOut: false, ...answer?.result };
    }
    const disk = await snapshot(files, args);
    const reply = await settle(
      runVerb({ ...launchd, disk }, { argv: args, cwd: '/', terminal: false, release: null }),
      time,
      timeoutMs,
    );
    return reply === null
      ? { code: null, stdout: '', stderr: '', timedOut: true }
      : { ...reply, timedOut: false };
  }

  return {
    call: (args, callOptions = {}) => call([...args], callOptions.timeoutMs ?? 30_000),
    clock: {
      now: time.now,
      pause: async (ms, signal) => {
        signal?.throwIfAborted();
        time.advance(ms);
        // What launchd answers meanwhile is told in turns of their own.
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    time,
    calls,
    behave: spawner.behave,
    end: spawner.end,
    pid: (domain, label) => {
      const job = supervisor.find(domain, label);
      return job === null ? null : pidOf(job);
    },
    loaded: (domain) => supervisor.list(domain).map((job) => job.definition.label),
    answerOnce: (args, result) => void answers.push({ args, result }),
    isAlive: (pid) => spawner.living.has(pid),
  };
}

/** A call that waits for launchd (kickstart, bootout --wait) lets virtual time pass until it is answered or its limit is over. */
async function settle(pending: Promise<Reply>, time: VirtualClock, timeoutMs: number): Promise<Reply | null> {
  const deadline = time.now() + timeoutMs;
  let reply: Reply | null = null;
  let failure: unknown = null;
  pending.then(
    (answer) => {
      reply = answer;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== null) throw failure;
    if (reply !== null) return reply;
    if (!time.step(deadline)) return null;
  }
}

/** What the verbs will ask of the disk: the files that the arguments name, as they are now. */
async function snapshot(files: Files, args: readonly string[]): Promise<Disk> {
  const known = new Map<
    string,
    { readonly bytes: Uint8Array | null; readonly uid: number; readonly mode: number }
  >();
  // The caller's folder is `/`.
  for (const path of args.map((arg) => resolve('/', arg))) {
    const entry = await files.identify(path).catch(() => null);
    if (entry === null || entry.kind === 'folder') continue;
    const bytes = await files.read(path).catch(() => null);
    known.set(path, { bytes, uid: entry.uid, mode: entry.mode });
  }
  return {
    inspect: (path) => {
      const file = known.get(path);
      return file === undefined ? null : { kind: 'file', uid: file.uid, mode: file.mode };
    },
    read: (path) => {
      const bytes = known.get(path)?.bytes ?? null;
      if (bytes === null) throw new Error(`cannot be read: ${path}`);
      return bytes;
    },
    list: () => [],
  };
}

function accountsOf(uid: number): Accounts {
  const self = { name: 'tester', uid, gid: 20, home: '/Users/tester', shell: '/bin/zsh' };
  return {
    self,
    temporary: '/tmp',
    user: (name) => (name === self.name ? self : null),
    group: (name) => (name === 'staff' ? 20 : null),
  };
}
