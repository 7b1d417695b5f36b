// Takes away what runs of the contract suite have left in a person's launchd: jobs, overrides, processes, folders. Only labels,
// processes and folders with the number of a run are touched, and no run that is still alive.
//
//   node test/contract/clean.mjs                          what runs that have died left behind
//   node test/contract/clean.mjs LAUNCHCTL --after RUN    waits for the end of its input, then cleans after that run
//
// The second form guards a run: it is a process of its own, whose input ends with the run, however that ends.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listProcesses } from './process-list.mjs';

/** Before the number of the run: `com.example.reconcile-contract.RUN.NAME`. */
const PREFIX = 'com.example.reconcile-contract';
/** Before the number of the run, in the name of its temporary folder. */
const FOLDER = 'launchctl-contract';
const [launchctl = '/bin/launchctl', option, guarded] = process.argv.slice(2);
const uid = process.getuid();

if (option === '--after') {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.stdin.resume();
  process.stdin.on('end', () => clean((run) => run === guarded));
} else clean(isDead);

function clean(concerns) {
  for (const domain of [`gui/${uid}`, `user/${uid}`]) {
    for (const label of labels(['print', domain], /^\s+[0-9]+\s+\S+\s+(\S+)$/gm, concerns))
      tell(`${domain}/${label} is booted out`, ask(['bootout', `${domain}/${label}`]));
    for (const label of labels(['print-disabled', domain], /"([^"\n]+)" => (?:disabled|true)/g, concerns))
      tell(`${domain}/${label} is enabled again`, ask(['enable', `${domain}/${label}`]));
  }
  for (const { pid, args } of listProcesses()) {
    // The long sleep of each process that a run has made: see program.ts.
    const run = /\bsleep 3600\.([0-9]{9})$/.exec(args)?.[1];
    if (run !== undefined && concerns(run)) end(pid);
  }
  for (const name of readdirSync(tmpdir())) {
    const run = new RegExp(`^${FOLDER}-([0-9]{9})-`).exec(name)?.[1];
    if (run !== undefined && concerns(run)) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
      tell(`${join(tmpdir(), name)} is removed`);
    }
  }
}

/** The first seven digits are the pid of the run. A pid that somebody else has now is left alone. */
function isDead(run) {
  try {
    process.kill(Number(run.slice(0, 7)), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function labels(question, pattern, concerns) {
  const { stdout = '' } = ask(question);
  return [...stdout.matchAll(pattern)]
    .map(([, label]) => label)
    .filter((label) => {
      const run = new RegExp(`^${PREFIX.replaceAll('.', '\\.')}\\.([0-9]{9})\\.`).exec(label)?.[1];
      return run !== undefined && concerns(run);
    });
}

function ask(args) {
  return spawnSync(launchctl, args, { encoding: 'utf8', timeout: 30_000, maxBuffer: 1 << 26 });
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
    tell(`The process ${pid} is ended`);
  } catch {
    // It has just gone, or is somebody else's.
  }
}

function tell(what, { status = 0, stderr = '' } = {}) {
  process.stderr.write(`Left by an earlier run: ${what}${status === 0 ? '' : `: ${stderr.trim()}`}.\n`);
}
