import { maskWords } from '../launchd/secrets.ts';
import { ageText } from '../launchd/time-words.ts';
import type { Probe } from '../model/health.ts';
import type { Leftover, LeftoverFacts, LeftoverFinding, ProcessFacts } from '../model/leftover.ts';

/** Clocks of files and of processes are read in different ways; so much earlier or later says nothing. Seconds. */
const SLACK = 2;
const SHOWN = 80;

type OfFile = Extract<Leftover, { path: string }>;

/**
 * Whether what lies there is provably nobody's. Everything that cannot be proved is `in-use` or `unknown`, and stays.
 *
 * - A socket is dead when connecting is refused, which only happens where nobody listens, and no process has it open.
 * - A pid file is dead when its process has gone; or when the number has gone to a process that was started after the
 *   file was written, and runs as another user, or is not the program of the job and does not belong to the job by its
 *   environment. One of these alone may err: clocks are set, and a program may hand over to another one. Of a job of
 *   root's, processes may run as anybody.
 */
export function judgeLeftover(leftover: OfFile, facts: LeftoverFacts, label: string): LeftoverFinding {
  const found = (state: LeftoverFinding['state'], why: string): LeftoverFinding => ({ leftover, state, why });
  const wanted = leftover.kind === 'socket' ? 'socket' : 'file';
  if (facts.kind === null) return found('absent', '');
  if (facts.kind === 'hidden') return found('unknown', 'it cannot be looked at');
  if (facts.kind !== wanted) return found('unknown', `it is ${a(facts.kind)}, not ${a(wanted)}`);
  if (leftover.uid === null) return found('unknown', 'the user that the job runs as is not known here');
  if (facts.uid !== leftover.uid)
    return found('unknown', `it belongs to uid ${facts.uid}, and the job runs as uid ${leftover.uid}`);
  const [state, why] = leftover.kind === 'socket' ? judgeSocket(facts) : judgePidFile(facts, leftover, label);
  return found(state, why);
}

type Ruling = readonly [state: LeftoverFinding['state'], why: string];

function judgeSocket({ connect, isOpen }: LeftoverFacts): Ruling {
  if (connect === 'accepted') return ['in-use', 'somebody answers on it'];
  if (connect !== 'ECONNREFUSED') return ['unknown', `connecting to it ends with ${connect ?? 'nothing'}`];
  if (isOpen === true) return ['in-use', 'a process has it open'];
  return ['dead', 'nobody answers on it'];
}

function judgePidFile(
  { pid, process: owner, mtime }: LeftoverFacts,
  { program, uid }: OfFile,
  label: string,
): Ruling {
  if (pid === null) return ['unknown', 'it does not begin with the number of a process'];
  if (owner === 'none') return ['dead', `process ${pid} is gone`];
  if (owner === 'unknown') return ['unknown', `nothing can be told of process ${pid}`];
  const lives = `process ${pid} lives (${shortCommand(owner)})`;
  const isLater = owner.startedAt !== null && owner.startedAt > mtime + SLACK;
  const isAnothers = uid !== null && uid !== 0 && owner.uid !== null && owner.uid !== uid;
  const isAnother =
    owner.program !== null &&
    program !== null &&
    owner.program !== program &&
    owner.service !== 'unknown' &&
    owner.service.name !== label;
  if (!isLater || !(isAnothers || isAnother)) return ['in-use', lives];
  return ['dead', `process ${pid} is another one by now (${shortCommand(owner)})`];
}

/**
 * A process that holds what a job without one needs. It is of a former run of the job only where its environment says so:
 * a program of the same name may be anybody's, who started it by hand.
 *
 * @param age in seconds; null: not known
 */
export function judgeHolder(
  facts: ProcessFacts,
  label: string,
  holds: string,
  age: number | null,
): LeftoverFinding {
  const { pid, start, service, parent } = facts;
  const told = [
    shortCommand(facts),
    ...(age === null ? [] : [`${ageText(age)} old`]),
    ...(parent === null ? [] : [`parent ${parent}`]),
  ].join(', ');
  const leftover: Leftover = { kind: 'process', pid, start: start ?? '', holds };
  const command = shortCommand(facts);
  if (service === 'unknown' || start === null)
    return { leftover, state: 'unknown', why: `${told}; it cannot be told whose it is`, command };
  if (service.name === label) return { leftover, state: 'survivor', why: told, command };
  const job = jobOf(service.name);
  const whose = job === null ? 'it is not of this job' : `it is of the job ${job}`;
  return {
    leftover,
    state: 'in-use',
    why: `${told}; ${whose}`,
    command,
    ...(job === null ? {} : { job }),
  };
}

/** Apps and shells carry the variable, too: `application.com.apple.Terminal.123`, `0`. */
function jobOf(service: string | null): string | null {
  return service?.includes('.') && !service.startsWith('application.') ? service : null;
}

/** An address of another machine is held by nobody here. */
const LOCAL = /^(?:127\.\d+\.\d+\.\d+|localhost|::1|0\.0\.0\.0|::)$/;

/** Where on this machine a job must listen to pass a probe; null: that tells no such place. */
export function listensAt(probe: Probe): { readonly host: string; readonly port: number } | null {
  if (probe.kind === 'tcp') return LOCAL.test(probe.host) ? probe : null;
  if (probe.kind !== 'http') return null;
  const { protocol, hostname, port } = new URL(probe.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const usual = protocol === 'https:' ? 443 : 80;
  return LOCAL.test(host) ? { host, port: port === '' ? usual : Number(port) } : null;
}

/** What it runs, cut to a bearable length, without what looks secret. */
export function shortCommand({ command, program }: Pick<ProcessFacts, 'command' | 'program'>): string {
  const text = command === '' ? (program ?? 'without a name') : maskWords(command);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function a(kind: string): string {
  return kind === 'symlink' ? 'a symbolic link' : kind === 'other' ? 'something else' : `a ${kind}`;
}
