import { domainUid } from '../launchd/domains.ts';
import { maskWords } from '../launchd/secrets.ts';
import type { Domain } from '../model/domain.ts';
import type { Probe, ProbeOutcome } from '../model/health.ts';
import { findAccount } from './accounts.ts';
import { type RunOptions, runProgram } from './exec.ts';
import { failed, inSeconds, PASSED, type ProbeOptions, unknown } from './probe-answer.ts';

export interface ProberOptions {
  /** Of the caller: HOME and USER of a command that runs as the caller. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** launchd runs daemons as root and other users: the Mac's own, or any when we are root. */
  readonly startsAsOthers: boolean;
}

/** Of what it says, only the last line is told. */
const KEPT_BYTES = 4_096;

/** As the user of the job, and as nobody else: root takes that user's rights, and others cannot. */
export async function runCommand(
  { argv, cwd, env: own, user }: Extract<Probe, { kind: 'command' }>,
  { timeoutMs, domain, signal }: ProbeOptions,
  prober: ProberOptions,
): Promise<ProbeOutcome> {
  const [program = '', ...args] = argv;
  const who = identityFor(user, domain, prober);
  if (who === null)
    return unknown(`its command is to run as ${user ?? 'another user'}, which only root can arrange`);
  try {
    const run = await runProgram(program, args, {
      cwd,
      env: { ...who.env, ...own },
      timeoutMs,
      keepEnd: KEPT_BYTES,
      untilExit: true,
      ...(signal === undefined ? {} : { signal }),
      ...(who.as === undefined ? {} : { as: who.as }),
    });
    const words = lastLine(run.stderr) ?? lastLine(run.stdout);
    const said = words === null ? '' : `: ${words}`;
    switch (run.end) {
      case 'exited':
        return run.code === 0 ? PASSED : failed(`${program} ends with ${run.code}${said}`);
      case 'timed-out':
        return failed(`${program} did not end within ${inSeconds(timeoutMs)}`);
      case 'aborted':
        return unknown('interrupted');
      default:
        return failed(`${program} was ended by ${run.signal ?? 'a signal'}${said}`);
    }
  } catch (error) {
    return failed(`${program} cannot be run (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

interface Who {
  readonly as?: NonNullable<RunOptions['as']>;
  readonly env: Readonly<Record<string, string>>;
}

/** Null: we may not run anything as that user, or there is none of that name. */
function identityFor(
  user: string | null,
  domain: Domain,
  { env, startsAsOthers }: ProberOptions,
): Who | null {
  const ours = process.getuid?.() ?? 0;
  const asked = domainUid(domain) ?? (startsAsOthers ? (user ?? 0) : ours);
  if (asked === ours) {
    const known = ['HOME', 'USER', 'LOGNAME'].flatMap((name) => (env[name] ? [[name, env[name]]] : []));
    return { env: Object.fromEntries(known) };
  }
  const account = findAccount(asked);
  if (account === null || (ours !== 0 && account.uid !== ours)) return null;
  const { uid, gid, home, name } = account;
  return {
    ...(uid === ours ? {} : { as: { uid, gid } }),
    env: { HOME: home, USER: name, LOGNAME: name },
  };
}

const SHOWN = 160;

/** What a program said last, on one line of a bearable length, without what looks secret. */
function lastLine(text: string): string | null {
  const line = maskWords(text.trimEnd().split('\n').at(-1)?.trim() ?? '');
  if (line === '') return null;
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
