/** A signal as Darwin numbers and names it; Linux gives some of them other numbers (SIGBUS is 7 there, 10 here). */
export interface Signal {
  readonly number: number;
  /** `SIGTERM` */
  readonly name: string;
  /** strsignal's words without the number, as `launchctl print` shows them: `Terminated` (facts §4.1). */
  readonly text: string;
}

const TABLE: readonly (readonly [name: string, text: string])[] = [
  ['SIGHUP', 'Hangup'],
  ['SIGINT', 'Interrupt'],
  ['SIGQUIT', 'Quit'],
  ['SIGILL', 'Illegal instruction'],
  ['SIGTRAP', 'Trace/BPT trap'],
  ['SIGABRT', 'Abort trap'],
  ['SIGEMT', 'EMT trap'],
  ['SIGFPE', 'Floating point exception'],
  ['SIGKILL', 'Killed'],
  ['SIGBUS', 'Bus error'],
  ['SIGSEGV', 'Segmentation fault'],
  ['SIGSYS', 'Bad system call'],
  ['SIGPIPE', 'Broken pipe'],
  ['SIGALRM', 'Alarm clock'],
  ['SIGTERM', 'Terminated'],
  ['SIGURG', 'Urgent I/O condition'],
  ['SIGSTOP', 'Suspended (signal)'],
  ['SIGTSTP', 'Suspended'],
  ['SIGCONT', 'Continued'],
  ['SIGCHLD', 'Child exited'],
  ['SIGTTIN', 'Stopped (tty input)'],
  ['SIGTTOU', 'Stopped (tty output)'],
  ['SIGIO', 'I/O possible'],
  ['SIGXCPU', 'Cputime limit exceeded'],
  ['SIGXFSZ', 'Filesize limit exceeded'],
  ['SIGVTALRM', 'Virtual timer expired'],
  ['SIGPROF', 'Profiling timer expired'],
  ['SIGWINCH', 'Window size changes'],
  ['SIGINFO', 'Information request'],
  ['SIGUSR1', 'User defined signal 1'],
  ['SIGUSR2', 'User defined signal 2'],
];

/** All signals of Darwin, 1 to 31. */
export const SIGNALS: readonly Signal[] = TABLE.map(([name, text], index) => ({
  number: index + 1,
  name,
  text,
}));

/** Other names for the same signal, as Node on Linux may give them. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['SIGIOT', 'SIGABRT'],
  ['SIGPOLL', 'SIGIO'],
  ['SIGCLD', 'SIGCHLD'],
  ['SIGUNUSED', 'SIGSYS'],
]);

/** By Darwin's number; null outside 1 to 31. */
export function signalByNumber(number: number): Signal | null {
  return SIGNALS[number - 1] ?? null;
}

/**
 * By name, as Node reports it (`SIGBUS`); null for a signal that Darwin does not have (SIGPWR, SIGSTKFLT, real-time ones).
 * This is how the number that Linux gave a signal becomes Darwin's.
 */
export function signalByName(name: string): Signal | null {
  const known = ALIASES.get(name) ?? name;
  return SIGNALS.find((signal) => signal.name === known) ?? null;
}

/** As `launchctl kill` accepts it: `SIGTERM`, `TERM`, `term` or Darwin's number `15`. */
export function parseSignal(text: string): Signal | null {
  if (/^[0-9]{1,2}$/.test(text)) return signalByNumber(Number(text));
  const upper = text.toUpperCase();
  return signalByName(upper.startsWith('SIG') ? upper : `SIG${upper}`);
}

/** `Terminated: 15`, as `print` writes a last terminating signal; `Unknown signal: 40` outside the table. */
export function describeSignal(number: number): string {
  return `${signalByNumber(number)?.text ?? 'Unknown signal'}: ${number}`;
}
