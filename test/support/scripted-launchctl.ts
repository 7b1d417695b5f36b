import { readFileSync } from 'node:fs';
import type { Domain } from '../../src/model/domain.ts';
import { isDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';
import type { CallResult, Clock, Launchctl, Processes } from '../../src/sys/ports.ts';

/** A loaded job, as `print` will tell it. */
export interface ScriptedJob {
  path: string;
  pid: number | null;
  runs: number;
  state: string;
  lastExit: string;
  pended: string | null;
  /** Seconds. */
  exitTimeout: number;
}

/** What a call comes to instead of its ordinary effect; used up by `times` calls (default: all). */
export interface Rule {
  /** The start of the call: `bootstrap`, `print gui/501/com.example.a`. */
  readonly call: string;
  readonly times?: number;
  readonly answer: Partial<CallResult>;
  /** Default `instead`: nothing happens but the answer. `after`: the effect takes place all the same. */
  readonly effect?: 'instead' | 'after';
  /** Done before the answer is given. */
  readonly meanwhile?: () => void;
}

/** How a job behaves once it is loaded. */
export interface Behaviour {
  /** Milliseconds from bootout until the label is gone; 0: at once. */
  readonly stopsIn?: number;
  /** Milliseconds that its process lives on after its label is gone. */
  readonly lingersFor?: number;
  /** What a fresh load looks like. */
  readonly loaded?: Partial<ScriptedJob>;
}

export interface ScriptedLaunchctl extends Launchctl {
  readonly calls: string[];
  readonly rules: Rule[];
  readonly jobs: Map<string, ScriptedJob>;
  /** By target; true when disabled. */
  readonly disabled: Map<string, boolean>;
  readonly domains: Set<Domain>;
  readonly behaviours: Map<string, Behaviour>;
  readonly processes: Processes;
  load(target: string, path: string, job?: Partial<ScriptedJob>): ScriptedJob;
}

/**
 * A launchd that is data: a small state machine behind the `Launchctl` port that can be told to refuse, to be slow, to
 * hang and to lie. Times come from the clock of the test. It reads the real plist at each bootstrap.
 */
export function createScriptedLaunchctl(clock: Clock, domain: Domain): ScriptedLaunchctl {
  const jobs = new Map<string, ScriptedJob>();
  const going = new Map<string, number>();
  const lingering = new Map<number, number>();
  const used = new Map<Rule, number>();
  let nextPid = 1000;

  const port: ScriptedLaunchctl = {
    calls: [],
    rules: [],
    jobs,
    disabled: new Map(),
    domains: new Set([domain, 'system']),
    behaviours: new Map(),
    processes: {
      alive: (pid) => {
        passTime();
        return (lingering.get(pid) ?? 0) > clock.now() || [...jobs.values()].some((job) => job.pid === pid);
      },
      ancestry: async () => [process.pid, process.ppid, 1],
    },
    load(target, path, job = {}) {
      const loaded = {
        path,
        pid: nextPid++,
        runs: 1,
        state: 'running',
        lastExit: '(never exited)',
        pended: null,
        exitTimeout: 5,
        ...port.behaviours.get(target)?.loaded,
        ...job,
      };
      jobs.set(target, loaded);
      return loaded;
    },
    async call(args) {
      const call = args.join(' ');
      port.calls.push(call);
      passTime();
      const rule = port.rules.find(
        (each) =>
          call.startsWith(each.call) && (used.get(each) ?? 0) < (each.times ?? Number.POSITIVE_INFINITY),
      );
      if (rule === undefined) return perform(args);
      used.set(rule, (used.get(rule) ?? 0) + 1);
      rule.meanwhile?.();
      if (rule.effect === 'after') perform(args);
      return answer(0, rule.answer);
    },
  };
  return port;

  function passTime(): void {
    for (const [target, at] of going) {
      if (clock.now() < at) continue;
      const pid = jobs.get(target)?.pid;
      const lingers = port.behaviours.get(target)?.lingersFor ?? 0;
      if (pid != null && lingers > 0) lingering.set(pid, at + lingers);
      jobs.delete(target);
      going.delete(target);
    }
  }

  function perform(args: readonly string[]): CallResult {
    const [verb = '', ...rest] = args;
    const target = rest.at(-1) ?? '';
    switch (verb) {
      case 'bootstrap':
        return bootstrap(rest[0] as Domain, target);
      case 'bootout':
        return bootout(target);
      case 'enable':
      case 'disable':
        port.disabled.set(target, verb === 'disable');
        return answer(0);
      case 'kickstart':
        return kickstart(target);
      case 'print':
        return port.domains.has(target as Domain) ? listing(target) : print(target);
      case 'print-disabled':
        return port.domains.has(target as Domain)
          ? answer(0, { stdout: `disabled services = {\n${disabledRows(target)}}\n` })
          : answer(112);
      default:
        return answer(64);
    }
  }

  function bootstrap(into: Domain, path: string): CallResult {
    if (!port.domains.has(into)) return answer(125);
    const reading = readPlist(readFileSync(path));
    if (!reading.ok || !isDict(reading.value)) return answer(5);
    const target = `${into}/${reading.value.entries['Label']}`;
    if (jobs.has(target) || port.disabled.get(target)) return answer(5);
    port.load(target, path);
    return answer(0);
  }

  function bootout(target: string): CallResult {
    const job = jobs.get(target);
    if (job === undefined) return answer(3);
    if (going.has(target)) return answer(36);
    job.state = 'SIGTERMed';
    going.set(target, clock.now() + (port.behaviours.get(target)?.stopsIn ?? 0));
    passTime();
    return answer(0);
  }

  function kickstart(target: string): CallResult {
    const job = jobs.get(target);
    if (job === undefined) return answer(113);
    if (job.pid !== null) return answer(37);
    Object.assign(job, { pid: nextPid++, runs: job.runs + 1, state: 'running', pended: null });
    return answer(0);
  }

  function domainOf(target: string): string {
    return target.slice(0, target.lastIndexOf('/'));
  }

  function print(target: string): CallResult {
    if (!port.domains.has(domainOf(target) as Domain)) return answer(112);
    const job = jobs.get(target);
    if (job === undefined) return answer(113, { stderr: `Could not find service "${target}"` });
    const lines = [
      `path = ${job.path}`,
      `state = ${job.state}`,
      'minimum runtime = 10',
      `exit timeout = ${job.exitTimeout}`,
      `runs = ${job.runs}`,
      ...(job.pid === null ? [] : [`pid = ${job.pid}`]),
      `last exit code = ${job.lastExit}`,
      ...(job.pended === null ? [] : [`pended nondemand spawn = ${job.pended}`]),
    ];
    return answer(0, { stdout: `${target} = {\n${lines.map((line) => `\t${line}\n`).join('')}}\n` });
  }

  function listing(name: string): CallResult {
    const rows = [...jobs]
      .filter(([target]) => domainOf(target) === name)
      .map(([target, { pid, lastExit }]) => {
        const exit = lastExit === '(never exited)' ? '-' : lastExit;
        return `\t\t${String(pid ?? 0).padStart(8)} ${exit.padStart(6)} \t${target.slice(name.length + 1)}\n`;
      });
    const text = `${name} = {\n\ttype = login\n\n\tservices = {\n${rows.join('')}\t}\n\n\tdisabled services = {\n${disabledRows(name)}\t}\n}\n`;
    return answer(0, { stdout: text });
  }

  function disabledRows(name: string): string {
    return [...port.disabled]
      .filter(([target]) => domainOf(target) === name)
      .map(([target, off]) => `\t\t"${target.slice(name.length + 1)}" => ${off ? 'disabled' : 'enabled'}\n`)
      .join('');
  }
}

function answer(code: number, rest: Partial<CallResult> = {}): CallResult {
  return { code, stdout: '', stderr: '', timedOut: false, ...rest };
}
