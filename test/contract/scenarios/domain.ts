import { expect } from 'vitest';
import { listing, load, loadRunning, target, whenDown, whenRunning } from '../judge.ts';
import type { Answer, Ending, Port, Scenario } from '../port.ts';
import { keysOf } from '../print-shape.ts';

/** facts §4.2. */
const ORDER = [
  'type',
  'handle',
  'active count',
  'service count',
  'active service count',
  'creator',
  'creator euid',
  'session',
  'security context',
  'bringup time',
  'death port',
  'subdomains',
  'environment',
  'services',
  'unmanaged processes',
  'endpoints',
  'task-special ports',
  'disabled services',
  'properties',
];

/** How a run ended → column of `list` and of the services, and the raw status of wait(2) (facts §4.2, §4.4, §4.5). */
const ENDED: readonly (readonly [string, Ending, number, number])[] = [
  ['zero', { code: 0 }, 0, 0],
  ['one', { code: 1 }, 1, 256],
  ['fifteen', { code: 15 }, 15, 3840],
  ['config', { code: 78 }, 78, 19_968],
  ['term', { signal: 'SIGTERM' }, -15, 15],
  ['kill', { signal: 'SIGKILL' }, -9, 9],
];

function rowOf(text: string, label: string): string | undefined {
  return text.split('\n').find((line) => line.endsWith(`\t${label}`));
}

/** `list` speaks of the caller's own domain, which over SSH is not the graphical one (facts §3.3, §6 no. 17). */
async function listsTheGraphicalDomain(port: Port): Promise<boolean> {
  return port.launchd === 'embedded' || (await port.call('managername')).stdout === 'Aqua\n';
}

async function listed(port: Port, label: string): Promise<Answer> {
  const answer = await port.call('list', label);
  expect(answer).toMatchObject({ code: 0, stderr: '' });
  return answer;
}

export const DOMAIN_SCENARIOS: readonly Scenario[] = [
  {
    name: 'print DOMAIN: its parts in order (facts §4.2, samples print-domain/*)',
    async run(port) {
      for (const [domain, type] of [
        ['system', 'system'],
        [port.gui, 'login'],
        [port.user, 'user'],
      ] as const) {
        const { text } = await listing(port, domain);
        expect(text.startsWith(`${domain} = {\n\ttype = ${type}\n\thandle = `)).toBe(true);
        expect(text.endsWith('}\n')).toBe(true);
        const keys = keysOf(text).filter((key) => ORDER.includes(key));
        expect(keys).toEqual(ORDER.filter((key) => keys.includes(key)));
        expect(keys).toEqual(expect.arrayContaining(['services', 'endpoints', 'disabled services']));
      }
    },
  },
  {
    name: 'a row of the services: right-aligned pid, last exit, tab, label (facts §4.2, samples gui501-minimal-services, services-row-exited-1)',
    async run(port) {
      const idle = port.job('row-idle', { kind: 'runs' });
      const runs = port.job('row-runs', { kind: 'runs' }, { RunAtLoad: true });
      await load(port, idle);
      const { pid } = await loadRunning(port, runs);
      const { text, services } = await listing(port, port.gui);
      expect(services[idle.label]).toEqual({ pid: null, lastExit: '-' });
      expect(services[runs.label]).toEqual({ pid, lastExit: '-' });
      expect(rowOf(text, idle.label)).toMatch(/^\t\t {7}0 {6}- \t/);
      expect(rowOf(text, runs.label)).toMatch(new RegExp(`^\t\t${String(pid).padStart(8)} {6}- \t`));
    },
  },
  {
    name: 'the services, list and list LABEL tell how runs ended, each in its way (facts §4.2, §4.4, §4.5)',
    async run(port) {
      const cases = ENDED.map(([name, how, status, wait]) => ({
        status,
        wait,
        job: port.job(`ended-${name}`, { kind: 'ends', how }, { RunAtLoad: true }),
      }));
      await load(port, ...cases.map(({ job }) => job));
      for (const { job } of cases) await whenDown(port, job);
      const { services } = await listing(port, port.gui);
      for (const { job, status } of cases)
        expect(services[job.label]).toEqual({ pid: null, lastExit: String(status) });
      if (!(await listsTheGraphicalDomain(port))) return;
      const { stdout } = await port.call('list');
      for (const { job, status, wait } of cases) {
        expect(stdout).toContain(`\n-\t${status}\t${job.label}\n`);
        expect((await listed(port, job.label)).stdout).toContain(`\t"LastExitStatus" = ${wait};\n`);
      }
    },
  },
  {
    name: 'list: a table of pid, status and label, with the status of the previous run (facts §4.4, samples list/*)',
    async run(port) {
      const idle = port.job('table-idle', { kind: 'runs' });
      const again = port.job(
        'table-again',
        { kind: 'ends', how: { signal: 'SIGKILL' }, firstRunOnly: true },
        { KeepAlive: true, ThrottleInterval: 1 },
      );
      await load(port, idle, again);
      const { pid } = await whenRunning(port, again, 2);
      const { code, stdout, stderr } = await port.call('list');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^PID\tStatus\tLabel\n(?:(?:[0-9]+|-)\t-?[0-9]+\t[^\n]+\n)*$/);
      if (!(await listsTheGraphicalDomain(port))) return;
      expect(stdout).toContain(`\n-\t0\t${idle.label}\n`);
      expect(stdout).toContain(`\n${pid}\t-9\t${again.label}\n`);
    },
  },
  {
    name: 'list LABEL: an old-style dictionary (facts §4.5, samples list-label/*)',
    async run(port) {
      if (!(await listsTheGraphicalDomain(port))) return;
      const argv = ['/bin/sleep', '3599'];
      const job = port.job(
        'dictionary',
        { kind: 'runs' },
        {
          ProgramArguments: argv,
          StandardOutPath: '/dev/null',
          StandardErrorPath: '/dev/null',
          RunAtLoad: true,
        },
      );
      await load(port, job);
      const { pid } = await whenRunning(port, job);
      const { stdout } = await listed(port, job.label);
      await port.call('bootout', target(port, job));
      const lines = [
        '{',
        '\t"StandardOutPath" = "/dev/null";',
        '\t"LimitLoadToSessionType" = "Aqua";',
        '\t"StandardErrorPath" = "/dev/null";',
        `\t"Label" = "${job.label}";`,
        '\t"OnDemand" = true;',
        '\t"LastExitStatus" = 0;',
        `\t"PID" = ${pid};`,
        '\t"Program" = "/bin/sleep";',
        '\t"ProgramArguments" = (',
        '\t\t"/bin/sleep";',
        '\t\t"3599";',
        '\t);',
        '};',
      ];
      // Other keys (TimeOut, MachServices) come in some versions.
      expect(stdout.split('\n').filter((line) => lines.includes(line))).toEqual(lines);
      if (port.launchd === 'embedded') expect(stdout).toBe(`${lines.join('\n')}\n`);
    },
  },
  {
    name: 'list LABEL: OnDemand is false for KeepAlive true alone, and PID is there only with a process (facts §4.5, sample keepalive-running)',
    async run(port) {
      if (!(await listsTheGraphicalDomain(port))) return;
      const kept = port.job('on-demand-false', { kind: 'runs' }, { KeepAlive: true });
      const plain = port.job('on-demand-true', { kind: 'runs' });
      await load(port, plain);
      await loadRunning(port, kept);
      expect((await listed(port, kept.label)).stdout).toMatch(
        /\t"OnDemand" = false;\n[\s\S]*\t"PID" = [0-9]+;\n/,
      );
      const { stdout } = await listed(port, plain.label);
      expect(stdout).toContain('\t"OnDemand" = true;\n');
      expect(stdout).not.toContain('"PID"');
    },
  },
  {
    name: 'list of a label that is not loaded: 113 (facts §3.3, sample list-113-label)',
    async run(port) {
      expect(await port.call('list', 'com.example.reconcile-contract.nobody')).toEqual({
        code: 113,
        stdout: '',
        stderr: 'Could not find service "com.example.reconcile-contract.nobody" in domain for port\n',
      });
    },
  },
];
