import type { Severity } from '../model/diagnostic.ts';

/** Names that people give to launchd and that it does not know, with what they mean (counted in install scripts and READMEs). */
interface Meant {
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
}

const INSTEAD: Readonly<Record<string, string>> = {
  RestartInterval: 'ThrottleInterval',
  RestartDelay: 'ThrottleInterval',
  RestartSec: 'ThrottleInterval',
  RestartThrottle: 'ThrottleInterval',
  TimeoutStopSec: 'ExitTimeOut',
  StopTimeout: 'ExitTimeOut',
  ExecStart: 'ProgramArguments',
  Command: 'ProgramArguments',
  Arguments: 'ProgramArguments',
  Args: 'ProgramArguments',
  Environment: 'EnvironmentVariables',
  Env: 'EnvironmentVariables',
  User: 'UserName',
  Group: 'GroupName',
  WorkingDir: 'WorkingDirectory',
  StandardOutput: 'StandardOutPath',
  StandardError: 'StandardErrorPath',
  OnCalendar: 'StartCalendarInterval',
  Schedule: 'StartCalendarInterval',
  RunAtBoot: 'RunAtLoad',
  RunAtLogin: 'RunAtLoad',
  RunOnLoad: 'RunAtLoad',
  LimitNOFILE: 'SoftResourceLimits {NumberOfFiles: N}',
  Restart: 'KeepAlive {SuccessfulExit: false}, or KeepAlive true for always',
  RestartOnFailure: 'KeepAlive {SuccessfulExit: false}',
  RestartPolicy: 'KeepAlive {SuccessfulExit: false}, or KeepAlive true for always',
};

const NOWHERE: Readonly<Record<string, string>> = {
  WakeFromSleep: 'launchd wakes no Mac; `pmset repeat wake` and `pmset schedule wake` do.',
  MaxRestarts:
    'launchd never gives up; a longer ThrottleInterval, or `give_up` in a reconcile file, does what is meant.',
  StartLimitBurst:
    'launchd never gives up; a longer ThrottleInterval, or `give_up` in a reconcile file, does what is meant.',
  EnvironmentFile: 'launchd reads no such file; `env_file` in a reconcile file does.',
  ServiceIPC: 'Leave it out: it belonged to an old interface that is gone.',
  After: 'launchd knows no order of jobs; the program has to wait for what it needs.',
  Requires: 'launchd knows no order of jobs; the program has to wait for what it needs.',
  WantedBy: 'Leave it out: the folder of the plist says when it is loaded.',
  ExecStop: 'Leave it out: launchd sends SIGTERM, and SIGKILL after ExitTimeOut.',
};

/** Null when the name is not one of them. */
export function foreignKey(name: string): Meant | null {
  if (/^_?comments?$/i.test(name) || name === 'Description' || name.startsWith('#'))
    return {
      severity: 'info',
      message: `launchd does not know "${name}"; it does no harm.`,
      fix: 'Write an XML comment instead.',
    };
  if (/^(?:CFBundle|LS[A-Z]|NS[A-Z]|com\.apple\.)/.test(name))
    return {
      severity: 'warning',
      message: `${name} belongs into an app’s Info.plist or its entitlements; launchd ignores it.`,
      fix: 'Leave it out.',
    };
  const meant = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  if (meant !== undefined)
    return {
      severity: 'error',
      message: `launchd knows no key ${name}, and ignores it.`,
      fix: `Use ${meant}.`,
    };
  const reason = Object.hasOwn(NOWHERE, name) ? NOWHERE[name] : undefined;
  if (reason !== undefined)
    return { severity: 'error', message: `launchd knows no key ${name}, and ignores it.`, fix: reason };
  return null;
}
