import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { PlistValue } from '../../../src/model/plist.ts';
import { load, loadRunning, map, type Printed, printed, printedWhen, target } from '../judge.ts';
import type { Job, Port, Scenario } from '../port.ts';
import type { QuestionId } from '../questions.ts';
import { settle } from '../settle.ts';

/** Open questions about words and layouts: questions.ts. */

const NOBODY = 'com.example.reconcile-contract.nobody';

export const OPEN_WORDS: readonly Scenario[] = [
  {
    name: 'the lines of print that each of these keys adds (facts §7 no. 4)',
    async run(port) {
      const cases: readonly (readonly [QuestionId, Readonly<Record<string, PlistValue>>])[] = [
        ['print-successful-exit-true', { KeepAlive: map({ SuccessfulExit: true }) }],
        ['print-crashed-false', { KeepAlive: map({ Crashed: false }) }],
        ['print-other-job', { KeepAlive: map({ OtherJobEnabled: map({ [NOBODY]: true }) }) }],
        ['print-nice', { Nice: 5 }],
        ['print-root-directory', { RootDirectory: '/' }],
        ['print-start-on-mount', { StartOnMount: true }],
      ];
      // So that the plain one may be started again for each.
      const argv = { ThrottleInterval: 1 };
      const plain = port.job('open-form-plain', { kind: 'runs' }, argv);
      const jobs = cases.map(([id, keys]) => ({
        id,
        job: port.job(`open-form-${id}`, { kind: 'runs' }, { ...argv, ...keys }),
      }));
      await load(port, plain, ...jobs.map(({ job }) => job));
      for (const { id, job } of jobs) {
        // A job that has been started at load (SuccessfulExit, Crashed) is looked at when the plain one has been, too.
        const starts = (await printed(port, job)).pid !== null || id.includes('exit') || id.includes('crash');
        if (starts) await port.call('kickstart', target(port, plain));
        if (starts) await printedWhen(port, job, 'its start', ({ state }) => state === 'running');
        const other = starts
          ? await printedWhen(port, plain, 'its start', ({ state }) => state === 'running')
          : await printed(port, plain);
        settle(port, id, linesAdded(other, plain, await printed(port, job), job));
        if (!starts) continue;
        await port.call('kill', 'KILL', target(port, plain));
        await printedWhen(port, plain, 'its end', ({ pid }) => pid === null);
      }
    },
  },
  {
    name: 'a newline in an argument (facts §7 no. 10)',
    async run(port) {
      const job = port.job(
        'open-newline',
        { kind: 'runs' },
        { ProgramArguments: ['/bin/sh', '-c', 'exit 0', 'one\ntwo', 'three'] },
      );
      await load(port, job);
      const { text } = await printed(port, job);
      const [, shown = ''] = /\n\t\texit 0\n([\s\S]*?)\n\t\tthree\n/.exec(text) ?? [];
      const forms: Readonly<Record<string, string>> = {
        '\t\tone\ntwo': 'as it is',
        '\t\tone\n\t\ttwo': 'as it is, and indented',
        '\t\tone\\ntwo': 'as \\n',
      };
      settle(port, 'newline-in-argument', forms[shown] ?? JSON.stringify(shown));
    },
  },
  {
    name: 'the exit timeout of daemons that name none (facts §7 no. 5)',
    async run(port) {
      settle(port, 'exit-timeout-daemons', (await exitTimeoutsOfDaemons(port)).join(', '));
    },
  },
  {
    name: 'print-disabled of a domain without overrides (facts §7 no. 8)',
    async run(port) {
      for (const domain of ['system', port.gui, port.user]) {
        const { stdout } = await port.call('print-disabled', domain);
        if (stdout.includes(' => ')) continue;
        settle(port, 'print-disabled-empty', JSON.stringify(stdout));
        return;
      }
    },
  },
  {
    name: 'blame: why a job was started (facts §3.3)',
    async run(port) {
      const job = port.job('open-blame', { kind: 'runs' }, { RunAtLoad: true });
      await loadRunning(port, job);
      const { code: status, stdout, stderr } = await port.call('blame', target(port, job));
      settle(port, 'blame-words', status === 0 ? stdout.trim() : `exit ${status}: ${stderr.trim()}`);
    },
  },
];

/** Lines of one print that the other has not, whatever is different in each moment and in each label. */
function linesAdded(plain: Printed, plainJob: Job, service: Printed, job: Job): string {
  const known = new Set(linesOf(plain, plainJob));
  const added = linesOf(service, job).filter((line) => !known.has(line));
  return added.length === 0 ? 'nothing' : added.join(' / ');
}

/** What tells of a process or of a moment, and not of the definition. */
const OF_THE_MOMENT =
  /^(?:pid|runs|forks|execs|immediate reason|last |asid|initialized|active count|ID|name|port|job state)/;

function linesOf({ text }: Printed, { label, path, folder }: Job): readonly string[] {
  return text
    .split('\n')
    .map((line) =>
      line.trim().replaceAll(path, 'PATH').replaceAll(folder, 'FOLDER').replaceAll(label, 'LABEL'),
    )
    .filter((line) => line !== '' && !OF_THE_MOMENT.test(line));
}

const MOST_DAEMONS = 20;

/** On a Mac only root may load a daemon, so Apple's own are read there, whose plists anybody may see. */
async function exitTimeoutsOfDaemons(port: Port): Promise<readonly string[]> {
  if (port.launchd === 'embedded') {
    const job = port.job('open-daemon', { kind: 'runs' });
    expect((await port.call('bootstrap', 'system', job.path)).code).toBe(0);
    const { exitTimeout } = await printed(port, job, 'system');
    await port.call('bootout', `system/${job.label}`);
    return [String(exitTimeout)];
  }
  const { stdout } = await port.call('print', 'system');
  const labels = [...stdout.matchAll(/^\s+[0-9]+\s+\S+\s+(com\.apple\.\S+)$/gm)].map(([, label]) => label);
  const seen = new Set<string>();
  let asked = 0;
  for (const label of labels) {
    const path = `/System/Library/LaunchDaemons/${label}.plist`;
    if (!existsSync(path) || readFileSync(path, 'latin1').includes('ExitTimeOut')) continue;
    const timeout = /\n\texit timeout = ([0-9]+)\n/.exec(
      (await port.call('print', `system/${label}`)).stdout,
    )?.[1];
    if (timeout !== undefined) seen.add(timeout);
    asked += 1;
    if (asked === MOST_DAEMONS) break;
  }
  return [...seen].sort();
}
