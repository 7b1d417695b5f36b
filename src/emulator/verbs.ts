import { describeLaunchctlCode, launchctlCode } from '../launchd/codes.ts';
import type { Reply, Request } from './address.ts';
import type { Launchd } from './launchd-state.ts';
import { output } from './reply.ts';
import { help, noVerb, USAGE, type VerbName, wrongUsage } from './usage.ts';
import { blame, load, remove, start, stop, unload } from './verbs-legacy.ts';
import { bootout, bootstrap } from './verbs-load.ts';
import { list, print, printOverrides } from './verbs-print.ts';
import { kickstart, kill, override } from './verbs-run.ts';
import { getenv, setenv, unsetenv } from './verbs-session.ts';
import { submit } from './verbs-submit.ts';

type Handler = (launchd: Launchd, args: readonly string[], request: Request) => Reply | Promise<Reply>;

const VERBS: Readonly<Record<VerbName, Handler>> = {
  bootstrap,
  bootout,
  enable: (launchd, args) => override(launchd, args, 'enable'),
  disable: (launchd, args) => override(launchd, args, 'disable'),
  kickstart,
  kill,
  print,
  'print-disabled': printOverrides,
  list,
  blame,
  load,
  unload,
  start,
  stop,
  remove,
  submit,
  setenv,
  unsetenv,
  getenv,
  // Done by the front end; here for who speaks to the daemon by himself.
  asuser: ({ fidelity }) => wrongUsage(fidelity, 'asuser'),
  error: describeError,
  version: ({ version }) =>
    output(`Darwin Bootstrapper Version 7.0.0 (the embedded launchd of reconcile ${version})\n`),
  variant: () => output('RELEASE\n'),
  managername: ({ accounts, login }) =>
    output(accounts.self.uid === 0 ? 'System\n' : login.isThere ? 'Aqua\n' : 'Background\n'),
  manageruid: ({ accounts }) => output(`${accounts.self.uid}\n`),
  managerpid: ({ pid }) => output(`${pid}\n`),
  help: explainVerb,
};

/** What launchctl answers to these arguments: texts, streams and exit codes as on a Mac (facts §3.3). */
export async function runVerb(launchd: Launchd, request: Request): Promise<Reply> {
  const [name, ...args] = request.argv;
  if (name === undefined) return { code: launchd.fidelity.usageError, stdout: '', stderr: help() };
  if (!isVerb(name)) return noVerb(launchd.fidelity, name, launchd.accounts.self.uid === 0);
  return VERBS[name](launchd, args, request);
}

function isVerb(name: string): name is VerbName {
  return Object.hasOwn(VERBS, name);
}

/** `help`, `help VERB`. */
function explainVerb({ fidelity }: Launchd, [name]: readonly string[]): Reply {
  if (name === undefined) return output(help());
  return isVerb(name) ? output(`Usage: launchctl ${USAGE[name]}\n`) : wrongUsage(fidelity, 'help');
}

function describeError({ fidelity }: Launchd, args: readonly string[]): Reply {
  const [text = ''] = args;
  if (args.length !== 1 || !/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return wrongUsage(fidelity, 'error');
  const code = Number(text);
  return output(
    `${launchctlCode(code) === null ? `${code}: Unknown error: ${code}` : describeLaunchctlCode(code)}\n`,
  );
}
