import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  expectRefused,
  letPass,
  load,
  loadRunning,
  printed,
  printedWhen,
  SILENT,
  target,
  whenGone,
  whenRunning,
} from '../judge.ts';
import { type Job, type Port, type Scenario, withRealProcesses } from '../port.ts';

/** Ends at once and leaves a child in its process group, whose pid is in the file `child`. */
const FATHER = 'sleep "$1" & echo $! > "$0/new"; mv "$0/new" "$0/child"';

async function childOf(port: Port, job: Job): Promise<number> {
  const file = join(job.folder, 'child');
  return port.wait('the pid of the child', async () =>
    existsSync(file) ? Number(readFileSync(file, 'utf8')) : null,
  );
}

/** facts §3.3: 36 is how 10.15 and 11 said that it was accepted. */
const ACCEPTED = [0, 36];

export const STOP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a job that ignores SIGTERM stays listed as SIGTERMed until SIGKILL has ended it, and cannot be loaded meanwhile (facts §2.7, §3.5; samples sigtermed-during-bootout, bootstrap-37)',
    async run(port) {
      const job = port.job(
        'stubborn',
        { kind: 'ignores-term' },
        { RunAtLoad: true, KeepAlive: true, ExitTimeOut: 4 },
      );
      const { pid } = await loadRunning(port, job);
      expect(ACCEPTED).toContain((await port.call('bootout', target(port, job))).code);
      expect(await printed(port, job)).toMatchObject({ state: 'SIGTERMed', pid, exitTimeout: 4 });
      expectRefused(port, await port.call('bootstrap', port.gui, job.path), 'Bootstrap failed', [37, 5]);
      // facts §3.5: 37 or 113.
      expect([37, 113]).toContain((await port.call('kickstart', target(port, job))).code);
      // facts §3.3, §6 no. 5: in progress, already in progress, or asked not to tell.
      expect([0, 3, 36, 37]).toContain((await port.call('bootout', target(port, job))).code);
      expect(port.isAlive(pid ?? 0)).toBe(true);
      await whenGone(port, job);
      expect(port.isAlive(pid ?? 0)).toBe(false);
      // Every counter begins anew (facts §5).
      await load(port, job);
      expect(await whenRunning(port, job)).toMatchObject({ runs: 1, lastExit: null });
    },
  },
  {
    name: 'bootout ends a job whatever its KeepAlive says, and the label goes with the process (facts §2.5, §2.7)',
    async run(port) {
      const job = port.job('leaves', { kind: 'runs' }, { KeepAlive: true, ThrottleInterval: 1 });
      const { pid } = await loadRunning(port, job);
      expect(ACCEPTED).toContain((await port.call('bootout', target(port, job))).code);
      await whenGone(port, job);
      await port.wait('the end of the process', async () => (port.isAlive(pid ?? 0) ? null : true));
      await letPass(port, 'leaves', 2);
      expect((await port.call('print', target(port, job))).code).toBe(113);
      expect(await port.starts(job)).toHaveLength(1);
    },
  },
  {
    name: 'bootout of an idle job takes it out at once (facts §2.7)',
    async run(port) {
      const job = port.job('idle-leaves', { kind: 'runs' });
      await load(port, job);
      expect(await port.call('bootout', target(port, job))).toEqual(SILENT);
      await whenGone(port, job);
    },
  },
  {
    name: 'bootout of a label that is not loaded: 3 (facts §3.3, sample bootout-3-not-loaded)',
    async run(port) {
      const answer = await port.call('bootout', `${port.gui}/com.example.reconcile-contract.nobody`);
      expect(answer).toEqual({ code: 3, stdout: '', stderr: 'Boot-out failed: 3: No such process\n' });
    },
  },
  {
    name: 'bootout by path takes the label of the file; not loaded it is 5, not 3 (facts §3.3, sample bootout-5)',
    async run(port) {
      const job = port.job('by-path', { kind: 'runs' });
      await load(port, job);
      expect(ACCEPTED).toContain((await port.call('bootout', port.gui, job.path)).code);
      await whenGone(port, job);
      expectRefused(port, await port.call('bootout', port.gui, job.path), 'Boot-out failed', [5]);
    },
  },
  {
    name: 'bootout --wait returns when the label is gone (macOS 26), or is not understood before (facts §3.3, sample bootout-wait-unsupported)',
    async run(port) {
      const job = port.job('waited-for', { kind: 'ignores-term' }, { RunAtLoad: true, ExitTimeOut: 1 });
      await loadRunning(port, job);
      const answer = await port.call('bootout', '--wait', target(port, job));
      if (answer.code === 0) expect((await port.call('print', target(port, job))).code).toBe(113);
      else expect(answer.stderr).toMatch(/^Unrecognized target specifier\.\n/);
      if (port.launchd === 'embedded') expect(answer).toEqual(SILENT);
    },
  },
  {
    name: 'kill of a job that has no process: 3 (facts §3.3, sample kill-3-not-running)',
    async run(port) {
      const job = port.job('idle-killed', { kind: 'runs' });
      await load(port, job);
      expect(await port.call('kill', 'SIGTERM', target(port, job))).toEqual({
        code: 3,
        stdout: '',
        stderr: 'No process to signal.\n',
      });
    },
  },
  {
    name: 'kill of a label that is not loaded: 113 (facts §3.3)',
    async run(port) {
      const answer = await port.call('kill', 'SIGTERM', `${port.gui}/com.example.reconcile-contract.nobody`);
      expect(answer).toMatchObject({ code: 113, stdout: '' });
      expect(answer.stderr).toContain('Could not find s');
    },
  },
  ...['SIGTERM', 'TERM', '15'].map(
    (signal): Scenario => ({
      name: `kill ${signal} is only a signal: the job stays loaded and KeepAlive decides (facts §2.5, §3.3)`,
      async run(port) {
        const job = port.job(`killed-${signal.toLowerCase()}`, { kind: 'runs' }, { RunAtLoad: true });
        await loadRunning(port, job);
        expect(await port.call('kill', signal, target(port, job))).toEqual(SILENT);
        const service = await printedWhen(port, job, 'its end', ({ state }) => state === 'not running');
        expect(service.lines).toContain('last terminating signal = Terminated: 15');
        expect(service).toMatchObject({ runs: 1, pid: null });
      },
    }),
  ),
  {
    name: 'what is left of the process group ends with the main process (facts §2.4)',
    where: withRealProcesses,
    async run(port) {
      const job = port.job('group', { kind: 'script', script: FATHER }, { RunAtLoad: true });
      await load(port, job);
      const pid = await childOf(port, job);
      await port.wait('the end of the child', async () => (port.isAlive(pid) ? null : true));
    },
  },
  {
    name: 'AbandonProcessGroup leaves the process group alone (facts §1)',
    where: withRealProcesses,
    async run(port) {
      const job = port.job(
        'abandoned',
        { kind: 'script', script: FATHER },
        { RunAtLoad: true, AbandonProcessGroup: true },
      );
      await load(port, job);
      const pid = await childOf(port, job);
      try {
        await letPass(port, 'abandoned', 2);
        expect(port.isAlive(pid)).toBe(true);
      } finally {
        process.kill(pid, 'SIGKILL');
      }
    },
  },
];
