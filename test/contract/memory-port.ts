import { posix } from 'node:path';
import type { ExitKind } from '../../src/launchd/keep-alive.ts';
import { signalByName } from '../../src/launchd/signals.ts';
import { dict } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { createMemoryFiles } from '../support/memory-files.ts';
import { createMemoryLaunchctl } from '../support/memory-launchctl.ts';
import type { Behaviour } from '../support/scripted-spawner.ts';
import type { Ending, Job, Port, Program } from './port.ts';
import { argvOf } from './program.ts';

const FOLDER = '/contract';

/** The engine of the embedded launchd on virtual time: no process, no socket, no file. */
export function openMemory(uid: number): Port {
  const files = createMemoryFiles(uid);
  const launchctl = createMemoryLaunchctl({ files, uid });
  const { time } = launchctl;
  const gui = `gui/${uid}` as const;
  const user = `user/${uid}` as const;
  const jobs: { readonly label: string; readonly program: Program; pid: number | null; starts: number[] }[] =
    [];

  /** Looks which jobs have a new process since the last look. */
  function notice(): void {
    for (const job of jobs) {
      const pid = launchctl.pid(gui, job.label) ?? launchctl.pid(user, job.label);
      if (pid === null || pid === job.pid) continue;
      job.pid = pid;
      job.starts.push(time.now());
      if (job.program.kind === 'ends' && job.program.firstRunOnly === true) launchctl.behave(job.label, {});
    }
  }

  return {
    launchd: 'embedded',
    processes: 'paper',
    root: uid === 0,
    uid,
    gui,
    user,
    async call(...args) {
      const { code, stdout, stderr } = await launchctl.call(args);
      notice();
      return { code, stdout, stderr };
    },
    job(name, program, keys = {}) {
      const label = `org.example.contract.${name}`;
      const folder = posix.join(FOLDER, name);
      const path = posix.join(FOLDER, `${label}.plist`);
      const plist = dict([
        ['Label', label],
        ...Object.entries({ ProgramArguments: argvOf(program, folder, '1'), ...keys }),
      ]);
      files.put(path, writePlist(plist), { uid, mode: 0o644 });
      launchctl.behave(label, behaviourOf(program));
      jobs.push({ label, program, pid: null, starts: [] });
      return { label, path, plist, folder };
    },
    write(name, content, mode = 0o644) {
      const path = posix.join(FOLDER, name);
      files.put(path, content, { uid, mode });
      return path;
    },
    nowhere: (name) => posix.join(FOLDER, 'nowhere', name),
    async wait(what, look, seconds = 20) {
      const deadline = time.now() + seconds * 1000;
      for (;;) {
        const seen = await look();
        if (seen !== null) return seen;
        if (time.now() >= deadline) throw new Error(`Waited ${seconds} virtual seconds in vain for: ${what}`);
        time.step(deadline);
        notice();
      }
    },
    ready: async () => {},
    starts: async (job: Job) => jobs.find(({ label }) => label === job.label)?.starts ?? [],
    isAlive: launchctl.isAlive,
    observe: () => {},
    restart: null,
    close: async () => {},
  };
}

function behaviourOf(program: Program): Behaviour {
  switch (program.kind) {
    case 'runs':
      return {};
    case 'ignores-term':
      return { onTerm: 'ignored' };
    case 'missing':
      return { refused: 'config' };
    case 'ends':
      return { ends: { afterMs: (program.afterSeconds ?? 0) * 1000 + 1, exit: exitOf(program.how) } };
    case 'script':
      throw new Error('A script needs a real process.');
  }
}

function exitOf(how: Ending): ExitKind {
  if ('code' in how) return how;
  const signal = signalByName(how.signal);
  if (signal === null) throw new Error(`Darwin has no ${how.signal}`);
  return { signal: signal.number };
}
