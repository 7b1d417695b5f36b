import { expect } from 'vitest';
import {
  letPass,
  load,
  loadRunning,
  printed,
  printedWhen,
  SILENT,
  TEXT,
  target,
  whenDown,
  whenRunning,
} from '../judge.ts';
import type { Answer, Scenario } from '../port.ts';

const NOT_KICKED = `Could not kickstart service "com.example.reconcile-contract.nobody": 113: ${TEXT[113]}\n`;

/** A number alone, or with words when it is printed to a terminal (facts §3.3). */
function pidIn(answer: Answer): number {
  const match = /^(?:service spawned with pid: )?([0-9]+)\n$/.exec(answer.stdout);
  expect({ ...answer, stdout: match === null ? answer.stdout : '' }).toEqual(SILENT);
  return Number(match?.[1]);
}

export const RUN_SCENARIOS: readonly Scenario[] = [
  {
    name: 'without a reason to start, a job is loaded and idle: never exited, no process (facts §2.2, §4.1)',
    async run(port) {
      const job = port.job('idle', { kind: 'runs' });
      await load(port, job);
      const { state, pid, runs, lines } = await printed(port, job);
      expect({ state, pid, runs }).toEqual({ state: 'not running', pid: null, runs: 0 });
      expect(lines).toContain('active count = 0');
      expect(lines).toContain('last exit code = (never exited)');
      expect(lines.filter((line) => line.startsWith('immediate reason'))).toEqual([]);
    },
  },
  {
    name: 'RunAtLoad starts once; the first start is speculative (facts §2.3, §4.1)',
    async run(port) {
      const job = port.job('at-load', { kind: 'runs' }, { RunAtLoad: true });
      const { pid, runs, lines } = await loadRunning(port, job);
      expect(runs).toBe(1);
      expect(port.isAlive(pid ?? 0)).toBe(true);
      expect(lines).toContain('active count = 1');
      expect(lines).toContain('immediate reason = speculative');
      expect(lines).toContain('last exit code = (never exited)');
    },
  },
  {
    name: 'kickstart starts an idle job, and says nothing (facts §3.3, §4.1)',
    async run(port) {
      const job = port.job('kicked', { kind: 'runs' });
      await load(port, job);
      expect(await port.call('kickstart', target(port, job))).toEqual(SILENT);
      const service = await whenRunning(port, job);
      expect(service.lines).toContain('immediate reason = launch job demand');
    },
  },
  {
    name: 'kickstart -p prints the pid (facts §3.3)',
    async run(port) {
      const job = port.job('kicked-for-pid', { kind: 'runs' });
      await load(port, job);
      const pid = pidIn(await port.call('kickstart', '-p', target(port, job)));
      expect(await whenRunning(port, job)).toMatchObject({ pid });
    },
  },
  {
    name: 'kickstart of a running job leaves it alone: 0, or 37 in some versions (facts §3.3)',
    async run(port) {
      const job = port.job('kicked-running', { kind: 'runs' }, { RunAtLoad: true });
      const { pid } = await loadRunning(port, job);
      const { code, stdout } = await port.call('kickstart', target(port, job));
      expect([0, 37]).toContain(code);
      expect(stdout).toBe('');
      expect(await printed(port, job)).toMatchObject({ pid, runs: 1, state: 'running' });
    },
  },
  {
    name: 'kickstart of a label that is not loaded: 113 (facts §3.3, §3.4)',
    async run(port) {
      const { code, stdout, stderr } = await port.call(
        'kickstart',
        `${port.gui}/com.example.reconcile-contract.nobody`,
      );
      expect({ code, stdout }).toEqual({ code: 113, stdout: '' });
      // The form of samples kickstart-1-eperm; or that of print, which newer systems may use. No capture shows it.
      if (!stderr.includes(`Could not find service "com.example.reconcile-contract.nobody" in domain for`))
        expect(stderr).toBe(NOT_KICKED);
    },
  },
  {
    name: 'kickstart in a domain that does not exist: 125 (facts §3.2)',
    async run(port) {
      const { code, stderr } = await port.call(
        'kickstart',
        'gui/99999/com.example.reconcile-contract.nobody',
      );
      expect([112, 125]).toContain(code);
      expect(stderr).not.toBe('');
    },
  },
  {
    name: 'kickstart -k ends the process and starts another, without any KeepAlive (facts §2.5)',
    async run(port) {
      const job = port.job('kicked-hard', { kind: 'runs' }, { RunAtLoad: true, ThrottleInterval: 1 });
      const { pid } = await loadRunning(port, job);
      expect(await port.call('kickstart', '-k', target(port, job))).toEqual(SILENT);
      const service = await whenRunning(port, job, 2);
      expect(service.pid).not.toBe(pid);
      expect(service.lines).toContain('last terminating signal = Terminated: 15');
      expect(port.isAlive(pid ?? 0)).toBe(false);
    },
  },
  {
    name: 'kickstart -k sends SIGKILL to what is still there after ExitTimeOut (facts §2.5, §2.7)',
    async run(port) {
      const job = port.job(
        'kicked-stubborn',
        { kind: 'ignores-term' },
        { RunAtLoad: true, ThrottleInterval: 1, ExitTimeOut: 1 },
      );
      const { pid } = await loadRunning(port, job);
      expect(await port.call('kickstart', '-k', target(port, job))).toEqual(SILENT);
      const service = await whenRunning(port, job, 2);
      expect(service.pid).not.toBe(pid);
      expect(service.lines).toContain('last terminating signal = Killed: 9');
    },
  },
  {
    name: 'kickstart -k of an idle job starts it (facts §3.3)',
    async run(port) {
      const job = port.job('kicked-hard-idle', { kind: 'runs' });
      await load(port, job);
      const pid = pidIn(await port.call('kickstart', '-k', '-p', target(port, job)));
      expect(await whenRunning(port, job)).toMatchObject({ pid });
    },
  },
  {
    name: 'a job that was kicked and ended can be kicked again, within its throttle or after it (facts §2.6: uncertain which)',
    async run(port) {
      const job = port.job('kicked-twice', { kind: 'ends', how: { code: 0 } }, { ThrottleInterval: 1 });
      await load(port, job);
      for (const runs of [1, 2]) {
        expect(await port.call('kickstart', target(port, job))).toEqual(SILENT);
        await printedWhen(
          port,
          job,
          `end ${runs}`,
          (service) => service.runs === runs && service.pid === null,
        );
        await whenDown(port, job);
      }
    },
  },
  {
    name: 'StartInterval starts first when it is over, not at load (facts §2.8)',
    async run(port) {
      const job = port.job('interval', { kind: 'runs' }, { StartInterval: 2, ThrottleInterval: 1 });
      const neighbour = port.job('interval-neighbour', { kind: 'runs' }, { RunAtLoad: true });
      await load(port, neighbour, job);
      expect(await printed(port, job)).toMatchObject({ state: 'not running', runs: 0 });
      const service = await whenRunning(port, job);
      const [loaded = 0] = await port.starts(neighbour);
      const [first = 0] = await port.starts(job);
      // Loaded in one call, the neighbour a moment before; a start is told to some ten milliseconds.
      expect(first - loaded).toBeGreaterThanOrEqual(1900);
      expect(service.lines).toContain('immediate reason = interval');
      expect(service.lines).toContain('run interval = 2 seconds');
      // A firing while it runs is missed: nothing else happens.
      await letPass(port, 'interval', 3);
      expect(await printed(port, job)).toMatchObject({ pid: service.pid, runs: 1 });
    },
  },
];
