import type { Reply } from './address.ts';

const USAGE = 'Usage: launchctl asuser <UID> <command> [arguments...]\n';

/**
 * `asuser UID COMMAND…` is done by the front end: the command has its terminal, and nobody's credentials change (man page). Only
 * the daemon's own user has a session here, so others are refused as a Mac refuses who may not join a session; root may name
 * anyone.
 */
export function asUser(
  [uid = '', command, ...args]: readonly string[],
  self: number,
  finish: (reply: Reply) => void,
): void {
  const refuse = (code: number, stderr: string): void => finish({ code, stdout: '', stderr });
  if (!/^[0-9]+$/.test(uid) || command === undefined) refuse(64, USAGE);
  else if (self !== 0 && Number(uid) !== self)
    refuse(1, 'Could not switch to audit session: 1: Operation not permitted\n');
  else run(command, args, finish);
}

/** A child, since a Node cannot become another program; its end is ours. */
function run(command: string, args: readonly string[], finish: (reply: Reply) => void): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(command, args, { stdio: 'inherit' });
  // What the terminal sends goes to both; the command decides.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('error', ({ code }: NodeJS.ErrnoException) => {
    const missing = code === 'ENOENT';
    const why = missing ? 'No such file or directory' : 'Permission denied';
    finish({ code: missing ? 127 : 126, stdout: '', stderr: `${command}: ${why}\n` });
  });
  child.once('exit', (code, signal) => {
    if (signal === null) {
      finish({ code: code ?? 1, stdout: '', stderr: '' });
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
