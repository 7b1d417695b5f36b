import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dict } from '../../../src/model/plist.ts';
import { load, overrides, printed, target, whenDown, whenRunning } from '../judge.ts';
import { type Scenario, withRealProcesses } from '../port.ts';
import { settle } from '../settle.ts';

/** What a process finds: folder, mask, standard input, environment. */
// A small Linux has no ps, a Mac no /proc.
const GROUP = 'if [ -r /proc/$$/stat ]; then cut -d" " -f5 /proc/$$/stat; else ps -o pgid= -p $$; fi';
const TELL = `pwd; umask; wc -c < /dev/stdin; ${GROUP}; echo $$; env`;

export const PROCESS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a process finds launchd’s environment and nothing of the caller’s: folder /, mask 022, no input (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const place = port.job('tells-place', { kind: 'runs' });
      const log = join(place.folder, 'told.log');
      const job = port.job(
        'tells',
        { kind: 'script', script: TELL },
        {
          RunAtLoad: true,
          StandardOutPath: log,
          EnvironmentVariables: dict([['GREETING', 'good $HOME ~']]),
        },
      );
      await load(port, job);
      expect((await whenDown(port, job)).lines).toContain('last exit code = 0');
      const [folder, mask, input, group, pid, ...lines] = readFileSync(log, 'utf8').trim().split('\n');
      expect(folder).toBe('/');
      expect(Number.parseInt(mask ?? '', 8)).toBe(0o022);
      expect(input?.trim()).toBe('0');
      expect(group?.trim()).toBe(pid);
      // No expansion (facts §1).
      expect(lines).toContain('GREETING=good $HOME ~');
      expect(lines).toContain('PATH=/usr/bin:/bin:/usr/sbin:/sbin');
      expect(lines).toContain(`XPC_SERVICE_NAME=${job.label}`);
      const names = lines.map((line) => line.split('=')[0]);
      expect(names).toEqual(expect.arrayContaining(['HOME', 'USER', 'LOGNAME', 'SHELL', 'XPC_FLAGS']));
      settle(port, 'agent-tmpdir', names.includes('TMPDIR') ? 'set' : 'not set');
      expect(names).not.toContain('RECONCILE_CONTRACT_PLANTED');
      expect(names).not.toContain('RECONCILE_EMBEDDED_DIR');
    },
  },
  {
    name: 'Umask, WorkingDirectory and StandardInPath reach the process; logs are appended to, their folders are made (facts §1)',
    where: withRealProcesses,
    async run(port) {
      const input = port.write('input.txt', 'twelve chars');
      const place = port.job('place', { kind: 'runs' });
      const log = join(place.folder, 'deep', 'er', 'out.log');
      const job = port.job(
        'settings',
        {
          kind: 'script',
          script:
            'pwd; umask; wc -c; echo oops >&2; if [ -e "$0/twice" ]; then exec sleep "$1"; fi; : > "$0/twice"',
        },
        {
          KeepAlive: true,
          ThrottleInterval: 1,
          WorkingDirectory: '/usr',
          Umask: 0o77,
          StandardInPath: input,
          StandardOutPath: log,
          StandardErrorPath: log,
        },
      );
      await load(port, job);
      await whenRunning(port, job, 2);
      const told = await port.wait('what the second run writes', async () => {
        const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
        return lines.length >= 8 ? lines.map((line) => line.trim()) : null;
      });
      const one = ['/usr', '0077', '12', 'oops'];
      expect(told).toEqual([...one, ...one]);
    },
  },
  {
    name: 'a log that cannot be opened, a folder that is missing, an interpreter that is missing: 78, and nothing runs (facts §2.4, §6 no. 11)',
    where: withRealProcesses,
    async run(port) {
      const file = port.write('no-folder', '');
      const script = port.write('no-interpreter', '#!/nowhere/at/all\n', 0o755);
      const jobs = [
        port.job('bad-log', { kind: 'runs' }, { RunAtLoad: true, StandardOutPath: join(file, 'x.log') }),
        port.job('bad-folder', { kind: 'runs' }, { RunAtLoad: true, WorkingDirectory: port.nowhere('cwd') }),
        port.job('bad-interpreter', { kind: 'runs' }, { RunAtLoad: true, ProgramArguments: [script] }),
      ];
      await load(port, ...jobs);
      for (const job of jobs) {
        expect((await whenDown(port, job)).lines, job.label).toContain('last exit code = 78: EX_CONFIG');
        expect(await port.starts(job)).toEqual([]);
      }
    },
  },
  {
    name: 'a bare program is looked up in the standard folders, never in the job’s own PATH (facts §1)',
    where: withRealProcesses,
    async run(port) {
      const found = port.job('bare', { kind: 'runs' }, { RunAtLoad: true, ProgramArguments: ['true'] });
      port.write('bare-program', '#!/bin/sh\n', 0o755);
      const lost = port.job(
        'bare-lost',
        { kind: 'runs' },
        {
          RunAtLoad: true,
          ProgramArguments: ['bare-program'],
          EnvironmentVariables: dict([['PATH', join(found.folder, '..')]]),
        },
      );
      await load(port, found, lost);
      expect((await whenDown(port, found)).lines).toContain('last exit code = 0');
      expect((await whenDown(port, lost)).lines).toContain('last exit code = 78: EX_CONFIG');
    },
  },
];

export const RESTART_SCENARIOS: readonly Scenario[] = [
  {
    name: 'overrides outlive launchd; jobs that were loaded by hand do not (facts §3.1, §3.6)',
    where: ({ restart }) => restart !== null,
    async run(port) {
      const job = port.job('outlives', { kind: 'runs' }, { RunAtLoad: true });
      const other = port.job('does-not-outlive', { kind: 'runs' }, { RunAtLoad: true });
      await load(port, other);
      const { pid } = await whenRunning(port, other);
      await port.call('disable', target(port, job));
      await port.call('enable', target(port, other));
      await port.restart?.();
      expect(port.isAlive(pid ?? 0)).toBe(false);
      const { disabled } = await overrides(port, port.user);
      expect(disabled).toMatchObject({ [job.label]: true, [other.label]: false });
      expect((await port.call('print', target(port, other))).code).toBe(113);
      expect((await port.call('bootstrap', port.gui, job.path)).code).not.toBe(0);
      await load(port, other);
      await printed(port, other);
    },
  },
];
