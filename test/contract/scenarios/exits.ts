import { expect } from 'vitest';
import { load, printedWhen, whenDown, whenRunning } from '../judge.ts';
import type { Ending, Scenario } from '../port.ts';

/** How a run ended → the line of `print`, and the raw status of `list LABEL` (facts §4.1, §4.4, §4.5). */
const ENDINGS: readonly (readonly [Ending, string])[] = [
  [{ code: 0 }, 'last exit code = 0'],
  [{ code: 1 }, 'last exit code = 1'],
  [{ code: 3 }, 'last exit code = 3'],
  [{ code: 64 }, 'last exit code = 64: EX_USAGE'],
  [{ code: 78 }, 'last exit code = 78: EX_CONFIG'],
  // A shell's way to report a signal is an ordinary exit (facts §2.4).
  [{ code: 139 }, 'last exit code = 139'],
  [{ signal: 'SIGHUP' }, 'last terminating signal = Hangup: 1'],
  [{ signal: 'SIGINT' }, 'last terminating signal = Interrupt: 2'],
  [{ signal: 'SIGQUIT' }, 'last terminating signal = Quit: 3'],
  [{ signal: 'SIGILL' }, 'last terminating signal = Illegal instruction: 4'],
  [{ signal: 'SIGABRT' }, 'last terminating signal = Abort trap: 6'],
  [{ signal: 'SIGFPE' }, 'last terminating signal = Floating point exception: 8'],
  [{ signal: 'SIGKILL' }, 'last terminating signal = Killed: 9'],
  // Darwin's numbers, wherever it runs.
  [{ signal: 'SIGBUS' }, 'last terminating signal = Bus error: 10'],
  [{ signal: 'SIGSEGV' }, 'last terminating signal = Segmentation fault: 11'],
  [{ signal: 'SIGSYS' }, 'last terminating signal = Bad system call: 12'],
  [{ signal: 'SIGPIPE' }, 'last terminating signal = Broken pipe: 13'],
  [{ signal: 'SIGTERM' }, 'last terminating signal = Terminated: 15'],
  [{ signal: 'SIGUSR1' }, 'last terminating signal = User defined signal 1: 30'],
  [{ signal: 'SIGUSR2' }, 'last terminating signal = User defined signal 2: 31'],
];

const LAST_EXIT = /^last (?:exit code|terminating signal|exit reason) = /;

export const EXIT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the last exit is told in one line: a code, a code with its name, or Darwin’s words for a signal (facts §4.1)',
    async run(port) {
      const jobs = ENDINGS.map(([how, line], index) => ({
        line,
        job: port.job(`ending-${index}`, { kind: 'ends', how }, { RunAtLoad: true }),
      }));
      await load(port, ...jobs.map(({ job }) => job));
      for (const { job, line } of jobs) {
        const { lines, runs, pid } = await whenDown(port, job);
        expect(lines.filter((one) => LAST_EXIT.test(one))).toEqual([line]);
        expect({ runs, pid }).toEqual({ runs: 1, pid: null });
      }
    },
  },
  {
    name: 'a running job tells how its previous run ended (facts §4.1, sample killed-9-restarted)',
    async run(port) {
      const job = port.job(
        'ended-before',
        { kind: 'ends', how: { signal: 'SIGKILL' }, firstRunOnly: true },
        { KeepAlive: true, ThrottleInterval: 1 },
      );
      await load(port, job);
      const { lines } = await whenRunning(port, job, 2);
      expect(lines).toContain('last terminating signal = Killed: 9');
    },
  },
  {
    name: 'a missing program ends with 78, EX_CONFIG; with KeepAlive it is tried again at the rate of the throttle (facts §2.4, samples *-exconfig-*)',
    async run(port) {
      const once = port.job('missing-once', { kind: 'missing' }, { RunAtLoad: true });
      const kept = port.job('missing-kept', { kind: 'missing' }, { KeepAlive: true, ThrottleInterval: 600 });
      await load(port, once, kept);
      expect((await whenDown(port, once)).lines).toContain('last exit code = 78: EX_CONFIG');
      const waiting = await printedWhen(port, kept, 'its wait', ({ state }) => state === 'spawn scheduled');
      expect(waiting.lines).toContain('last exit code = 78: EX_CONFIG');
      expect(waiting.pid).toBeNull();
    },
  },
  {
    name: 'crashes in a row are counted, and the line is absent before the first (facts §4.1)',
    async run(port) {
      const job = port.job(
        'crashes',
        { kind: 'ends', how: { signal: 'SIGSEGV' }, firstRunOnly: true },
        { KeepAlive: true, ThrottleInterval: 1 },
      );
      const calm = port.job(
        'fails',
        { kind: 'ends', how: { code: 1 }, firstRunOnly: true },
        { KeepAlive: true, ThrottleInterval: 1 },
      );
      await load(port, job, calm);
      expect((await whenRunning(port, job, 2)).lines).toContain('successive crashes = 1');
      expect((await whenRunning(port, calm, 2)).text).not.toContain('successive crashes');
    },
  },
];
