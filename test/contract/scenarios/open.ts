import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { letPass, load, loadRunning, map, type Printed, printed, printedWhen, target } from '../judge.ts';
import { type Answer, type Job, type Port, type Scenario, withRealProcesses } from '../port.ts';
import { settle } from '../settle.ts';

/** What nobody knows for certain: questions.ts. The embedded launchd is held to its choice, a Mac gives the answer. */

const NOBODY = 'com.example.reconcile-contract.nobody';

const code = ({ code: status }: Answer): string => String(status);

/** A file's time may be some milliseconds off the start that launchd counts from. */
const EARLY_MS = 60;

/** The line that tells the last exit. */
function lastExitOf({ lines }: Printed): string {
  return lines.find((line) => /^last (?:exit|terminating)/.test(line)) ?? 'no line';
}

async function startsOf(port: Port, job: Job, count: number, seconds?: number): Promise<readonly number[]> {
  return port.wait(
    `${count} starts of ${job.label}`,
    async () => {
      const starts = await port.starts(job);
      return starts.length >= count ? starts : null;
    },
    seconds,
  );
}

async function gapOf(port: Port, job: Job, seconds?: number): Promise<number> {
  const [first = 0, second = 0] = await startsOf(port, job, 2, seconds);
  return second - first;
}

export const OPEN_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a disabled label at bootstrap: its code, and whether it is loaded (facts §7 no. 1)',
    async run(port) {
      const job = port.job('open-disabled', { kind: 'runs' }, { RunAtLoad: true });
      await port.call('disable', target(port, job));
      settle(port, 'disabled-code', code(await port.call('bootstrap', port.gui, job.path)));
      await letPass(port, 'open-disabled', 2);
      const isLoaded = (await port.call('print', target(port, job))).code === 0;
      const started = (await port.starts(job)).length > 0;
      const seen = started ? 'started' : isLoaded ? 'loaded, never started' : 'not loaded';
      settle(port, 'disabled-loads', seen);
      await port.call('bootout', target(port, job));
      await port.call('enable', target(port, job));
    },
  },
  {
    name: 'a loaded job that is disabled and then ends (facts §2.5)',
    async run(port) {
      const job = port.job('open-respawn', { kind: 'runs' }, { KeepAlive: true, ThrottleInterval: 1 });
      await loadRunning(port, job);
      await port.call('disable', target(port, job));
      await port.call('kill', 'TERM', target(port, job));
      await letPass(port, 'open-respawn', 3);
      const again = (await port.starts(job)).length > 1;
      settle(port, 'disabled-respawn', again ? 'comes back' : 'stays down');
      await port.call('enable', target(port, job));
    },
  },
  {
    name: 'bootstrap of a path where nothing is: what a caller is told (facts §3.4)',
    async run(port) {
      const answer = await port.call('bootstrap', port.gui, port.nowhere('open.plist'));
      settle(port, 'hidden-codes', code(answer));
    },
  },
  {
    name: 'kickstart within the throttle: whether it waits, and whether the call does (facts §7 no. 2)',
    async run(port) {
      const job = port.job('open-kick', { kind: 'ends', how: { code: 0 } }, { ThrottleInterval: 4 });
      await load(port, job);
      await port.call('kickstart', target(port, job));
      await printedWhen(port, job, 'its end', ({ runs, pid }) => runs === 1 && pid === null);
      await port.call('kickstart', target(port, job));
      const { runs } = await printed(port, job);
      const gap = await gapOf(port, job);
      settle(port, 'kickstart-waits', gap >= 3000 - EARLY_MS ? 'waits' : 'at once');
      settle(port, 'kickstart-blocks', runs === 2 ? 'returns after the start' : 'returns before the start');
    },
  },
  {
    name: 'kickstart -k within the throttle (facts §7 no. 2)',
    async run(port) {
      const job = port.job('open-kick-k', { kind: 'runs' }, { RunAtLoad: true, ThrottleInterval: 12 });
      await loadRunning(port, job);
      await port.call('kickstart', '-k', target(port, job));
      const waits = (await gapOf(port, job)) >= 11_000 - EARLY_MS;
      settle(port, 'kickstart-k-waits', waits ? 'waits' : 'at once');
    },
  },
  {
    name: 'kickstart of a job that runs: its code (facts §3.3)',
    async run(port) {
      const job = port.job('open-kick-running', { kind: 'runs' }, { RunAtLoad: true });
      await loadRunning(port, job);
      settle(port, 'kickstart-running', code(await port.call('kickstart', target(port, job))));
    },
  },
  {
    name: 'a program that is not there: kickstart, and the words of print (facts §2.4)',
    async run(port) {
      const job = port.job('open-missing', { kind: 'missing' });
      await load(port, job);
      settle(port, 'kickstart-unexecutable', code(await port.call('kickstart', target(port, job))));
      const service = await printedWhen(port, job, 'its end', ({ lastExit }) => lastExit !== null);
      settle(port, 'missing-program', `${service.state} / ${lastExitOf(service)}`);
    },
  },
  {
    name: 'kickstart of a label that nobody has: its words (facts §3.3)',
    async run(port) {
      const { stderr } = await port.call('kickstart', `${port.gui}/${NOBODY}`);
      settle(port, 'kickstart-unknown-words', stderr.trim());
    },
  },
  {
    name: 'a program that is a text file without #! (facts §2.4)',
    where: withRealProcesses,
    async run(port) {
      const script = port.write('open-no-shebang', 'exit 0\n', 0o755);
      const job = port.job('open-no-shebang-job', { kind: 'runs' }, { ProgramArguments: [script] });
      await load(port, job);
      await port.call('kickstart', target(port, job));
      const service = await printedWhen(port, job, 'its end', ({ lastExit }) => lastExit !== null);
      settle(port, 'no-shebang', lastExitOf(service));
    },
  },
  {
    name: 'a program with a slash that is not absolute (facts §7 no. 9)',
    where: withRealProcesses,
    async run(port) {
      const job = port.job('open-relative', { kind: 'runs' }, { ProgramArguments: ['bin/true'] });
      const answer = await port.call('bootstrap', port.gui, job.path);
      settle(port, 'relative-program-code', code(answer));
      if (answer.code !== 0) return;
      await port.call('kickstart', target(port, job));
      const service = await printedWhen(port, job, 'its end', ({ lastExit }) => lastExit !== null);
      settle(port, 'relative-program-start', lastExitOf(service));
    },
  },
  {
    name: 'a plist whose name does not end in .plist (facts §3.3)',
    async run(port) {
      const { label } = port.job('open-suffix', { kind: 'runs' });
      const path = port.write(
        `${label}.txt`,
        `<?xml version="1.0"?>\n<plist version="1.0"><dict><key>Label</key><string>${label}</string>` +
          '<key>Program</key><string>/bin/sh</string></dict></plist>\n',
      );
      settle(port, 'plist-suffix', code(await port.call('bootstrap', port.gui, path)));
    },
  },
  {
    name: 'StartInterval over while the job runs (facts §7 no. 6)',
    async run(port) {
      const job = port.job(
        'open-interval',
        { kind: 'ends', how: { code: 0 }, afterSeconds: 7 },
        { StartInterval: 6, ThrottleInterval: 1 },
      );
      await load(port, job);
      // Starts after 6 seconds, ends after 13; the next time is after 18.
      settle(
        port,
        'interval-while-running',
        (await gapOf(port, job, 60)) < 9500 ? 'made up for at its end' : 'missed',
      );
    },
  },
  {
    name: 'a calendar time while the job runs (facts §7 no. 6)',
    // Takes three minutes of real time.
    where: (port) => port.processes === 'paper' || port.launchd === 'apple',
    timeoutSeconds: 300,
    async run(port) {
      const job = port.job(
        'open-calendar',
        { kind: 'ends', how: { code: 0 }, afterSeconds: 70 },
        { StartCalendarInterval: map({}), ThrottleInterval: 1 },
      );
      await load(port, job);
      // Started with a minute, it ends 70 seconds later, after the next; the one after that is 120 seconds from the start.
      const gap = await gapOf(port, job, 240);
      settle(port, 'calendar-while-running', gap < 100_000 ? 'made up for at its end' : 'missed');
    },
  },
  {
    name: 'wrong usage: its codes (facts §7 no. 7)',
    async run(port) {
      settle(port, 'usage-error', code(await port.call('print')));
      settle(port, 'unknown-subcommand', code(await port.call('bootstrapp', port.gui)));
    },
  },
  {
    name: 'bootstrap of a loaded label: its code (facts §3.3)',
    async run(port) {
      const job = port.job('open-loaded', { kind: 'runs' });
      await load(port, job);
      settle(port, 'already-loaded', code(await port.call('bootstrap', port.gui, job.path)));
    },
  },
  {
    name: 'bootout of a label that is leaving: its code (facts §3.3)',
    async run(port) {
      const job = port.job('open-leaving', { kind: 'ignores-term' }, { RunAtLoad: true, ExitTimeOut: 6 });
      await loadRunning(port, job);
      await port.call('bootout', target(port, job));
      settle(port, 'bootout-again', code(await port.call('bootout', target(port, job))));
    },
  },
  {
    name: 'the signal for what is left of the process group (facts §2.4)',
    where: withRealProcesses,
    async run(port) {
      const job = port.job('open-group', { kind: 'script', script: GROUP }, { RunAtLoad: true });
      await load(port, job);
      const file = join(job.folder, 'child');
      const pid = await port.wait('the pid of the child', async () =>
        existsSync(file) ? Number(readFileSync(file, 'utf8')) : null,
      );
      await port.wait('its end', async () => (port.isAlive(pid) ? null : true));
      settle(port, 'group-signal', existsSync(join(job.folder, 'term')) ? 'SIGTERM' : 'SIGKILL');
    },
  },
  {
    name: 'LaunchOnlyOnce after the one run (facts §2.8)',
    async run(port) {
      const job = port.job(
        'open-once',
        { kind: 'ends', how: { code: 0 } },
        { RunAtLoad: true, LaunchOnlyOnce: true },
      );
      await load(port, job);
      const seen = await port.wait('its end', async () => {
        const { code: status, stdout } = await port.call('print', target(port, job));
        if (status === 113) return 'gone';
        return /\n\tlast exit code = 0\n/.test(stdout) ? 'listed' : null;
      });
      settle(port, 'launch-only-once', seen);
    },
  },
];

/** Leaves a child that tells of a SIGTERM, in its own process group, and ends. The long sleep gets the same signal. */
const GROUP = [
  '(trap \': > "$0/term"; exit\' TERM; : > "$0/armed"; sleep "$1") &',
  'echo $! > "$0/new"',
  'until [ -e "$0/armed" ]; do sleep 0.1; done',
  'mv "$0/new" "$0/child"',
].join('\n');
