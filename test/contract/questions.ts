import type { Fidelity } from '../../src/emulator/fidelity.ts';

/**
 * What sources leave open about launchd, as data: each question, what decides it, and which scenario of the suite sees the
 * answer. A run on a Mac writes the answers down; `npm run contract:fixtures` holds them against what we chose.
 */
export interface Question {
  readonly id: string;
  /** The section of the collected facts that leaves it open. */
  readonly facts: string;
  readonly asks: string;
  /** What has to be looked at, in a sentence. */
  readonly decides: string;
  /** The name of the scenario, to its first bracket. */
  readonly scenario: string;
  /** What the embedded launchd answers to a user, and to root. */
  readonly ours: string | { readonly user: string; readonly root: string };
  /** The choice that the answer settles, and which value each answer means. */
  readonly choice?: {
    readonly option: keyof Fidelity;
    readonly values: Readonly<Record<string, Fidelity[keyof Fidelity]>>;
    /** Root's answer says nothing about it. */
    readonly asUser?: true;
  };
  /** Where to change what we do, when there is no choice for it. */
  readonly where?: string;
}

const DISABLED = 'a disabled label at bootstrap: its code, and whether it is loaded';
const KICKED = 'kickstart within the throttle: whether it waits, and whether the call does';
const AT_LOAD = 'what starts a job when it is loaded';
const FORMS = 'the lines of print that each of these keys adds';
const STARTS = { where: 'startsAtLoad in src/launchd/keep-alive.ts' } as const;
const LAYOUT = { where: 'src/emulator/layout-service.ts' } as const;

export const QUESTIONS = [
  {
    id: 'disabled-code',
    facts: '§7 no. 1',
    asks: 'With which code does bootstrap answer for a disabled label?',
    decides: 'The exit status of bootstrap after disable.',
    scenario: DISABLED,
    ours: { user: '5', root: '119' },
    choice: {
      option: 'disabledBootstrap',
      values: { '0': 'accepted', '5': 'refused', '119': 'refused' },
    },
  },
  {
    id: 'disabled-loads',
    facts: '§7 no. 1',
    asks: 'Is a disabled label loaded, and started?',
    decides: 'Whether print finds it after that bootstrap, and its runs.',
    scenario: DISABLED,
    ours: 'not loaded',
    choice: {
      option: 'disabledBootstrap',
      values: { 'not loaded': 'refused', 'loaded, never started': 'accepted', started: 'accepted' },
    },
  },
  {
    id: 'disabled-respawn',
    facts: '§2.5',
    asks: 'Does KeepAlive start a job again that was disabled while it was loaded?',
    decides: 'Its starts, after disable and a SIGTERM.',
    scenario: 'a loaded job that is disabled and then ends',
    ours: 'comes back',
    where: 'src/emulator/supervisor.ts',
  },
  {
    id: 'hidden-codes',
    facts: '§3.4',
    asks: 'Does a user read 5 where root reads the cause of a refused bootstrap?',
    decides: 'The code for a path where nothing is, as a user.',
    scenario: 'bootstrap of a path where nothing is: what a caller is told',
    ours: { user: '5', root: '108' },
    choice: { option: 'hideCodes', values: { '5': true, '108': false }, asUser: true },
  },
  {
    id: 'kickstart-waits',
    facts: '§7 no. 2',
    asks: 'Does kickstart obey the throttle?',
    decides: 'The time between two starts that kickstart asked for, with ThrottleInterval 4.',
    scenario: KICKED,
    ours: 'waits',
    choice: { option: 'kickstartThrottled', values: { waits: true, 'at once': false } },
  },
  {
    id: 'kickstart-blocks',
    facts: '§2.6',
    asks: 'Does that kickstart return before the start?',
    decides: 'Whether print counts the run when the call has returned.',
    scenario: KICKED,
    ours: 'returns after the start',
    where: 'kickstart in src/emulator/verbs-run.ts',
  },
  {
    id: 'kickstart-k-waits',
    facts: '§7 no. 2',
    asks: 'Does kickstart -k obey the throttle?',
    decides: 'The time between the start it ended and the one it made, with ThrottleInterval 12.',
    scenario: 'kickstart -k within the throttle',
    ours: 'at once',
    choice: { option: 'kickstartKillThrottled', values: { waits: true, 'at once': false } },
  },
  {
    id: 'kickstart-running',
    facts: '§3.3',
    asks: 'With which code does kickstart answer for a running job?',
    decides: 'The exit status.',
    scenario: 'kickstart of a job that runs: its code',
    ours: '0',
    choice: { option: 'kickstartRunning', values: { '0': 0, '37': 37 } },
  },
  {
    id: 'kickstart-unexecutable',
    facts: '§2.4',
    asks: 'With which code does kickstart answer for a program that is not there?',
    decides: 'The exit status.',
    scenario: 'a program that is not there: kickstart, and the words of print',
    ours: '0',
    where: 'src/emulator/verbs-run.ts',
  },
  {
    id: 'kickstart-unknown-words',
    facts: '§3.3',
    asks: 'How is a kickstart of a label that is not loaded refused?',
    decides: 'What stands on standard error.',
    scenario: 'kickstart of a label that nobody has: its words',
    ours: 'Could not kickstart service "com.example.reconcile-contract.nobody": 113: Could not find specified service',
    where: 'src/emulator/verbs-run.ts',
  },
  {
    id: 'missing-program',
    facts: '§2.4',
    asks: 'How does print tell that the program is missing?',
    decides: 'The state and the last exit of print after kickstart.',
    scenario: 'a program that is not there: kickstart, and the words of print',
    ours: 'not running / last exit code = 78: EX_CONFIG',
    where: 'src/emulator/spawner.ts',
  },
  {
    id: 'no-shebang',
    facts: '§2.4',
    asks: 'Can an executable text file without #! be started?',
    decides: 'The last exit of a job whose program is such a file, and exits 0.',
    scenario: 'a program that is a text file without #!',
    ours: 'last exit code = 78: EX_CONFIG',
    where: 'src/emulator/command.ts',
  },
  {
    id: 'relative-program-code',
    facts: '§7 no. 9',
    asks: 'With which code does bootstrap answer for a program with a slash that is not absolute?',
    decides: 'The exit status.',
    scenario: 'a program with a slash that is not absolute',
    ours: '0',
    where: 'src/emulator/admission.ts',
  },
  {
    id: 'relative-program-start',
    facts: '§7 no. 9',
    asks: 'And how does it end when it is started?',
    decides: 'The last exit of print after kickstart.',
    scenario: 'a program with a slash that is not absolute',
    ours: 'last exit code = 78: EX_CONFIG',
    where: 'src/emulator/command.ts',
  },
  {
    id: 'plist-suffix',
    facts: '§3.3',
    asks: 'Is a plist loaded whose name does not end in .plist?',
    decides: 'The exit status of bootstrap.',
    scenario: 'a plist whose name does not end in .plist',
    ours: { user: '5', root: '108' },
    where: 'src/emulator/admission.ts',
  },
  {
    id: 'at-load-empty',
    facts: '§7 no. 3',
    asks: 'Does KeepAlive {} start a job when it is loaded?',
    decides: 'Its starts.',
    scenario: AT_LOAD,
    ours: 'does not start',
    ...STARTS,
  },
  {
    id: 'at-load-path-missing',
    facts: '§7 no. 3',
    asks: 'Does PathState start a job at load whose path is missing?',
    decides: 'Its starts.',
    scenario: AT_LOAD,
    ours: 'does not start',
    ...STARTS,
  },
  {
    id: 'at-load-job-unloaded',
    facts: '§7 no. 3',
    asks: 'Does OtherJobEnabled start a job at load while the other is not loaded?',
    decides: 'Its starts.',
    scenario: AT_LOAD,
    ours: 'does not start',
    ...STARTS,
  },
  {
    id: 'at-load-demand',
    facts: '§2.3',
    asks: 'Does AfterInitialDemand keep a job from its start at load?',
    decides: 'The starts of a job that has RunAtLoad, too.',
    scenario: AT_LOAD,
    ours: 'does not start',
    ...STARTS,
  },
  {
    id: 'print-successful-exit-true',
    facts: '§7 no. 4',
    asks: 'What does print show for SuccessfulExit true?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'semaphores = { / successful exit => 1',
    ...LAYOUT,
  },
  {
    id: 'print-crashed-false',
    facts: '§7 no. 4',
    asks: 'What does print show for Crashed false?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'semaphores = { / after crash => 0',
    ...LAYOUT,
  },
  {
    id: 'print-other-job',
    facts: '§7 no. 4',
    asks: 'What does print show for OtherJobEnabled?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'semaphores = { / other job enabled (com.example.reconcile-contract.nobody) => 1',
    ...LAYOUT,
  },
  {
    id: 'print-nice',
    facts: '§7 no. 4',
    asks: 'What does print show for Nice?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'nice = 5',
    ...LAYOUT,
  },
  {
    id: 'print-root-directory',
    facts: '§7 no. 4',
    asks: 'What does print show for RootDirectory?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'nothing',
    ...LAYOUT,
  },
  {
    id: 'print-start-on-mount',
    facts: '§7 no. 4',
    asks: 'What does print show for StartOnMount?',
    decides: 'The lines that a job without the key has not.',
    scenario: FORMS,
    ours: 'event triggers = { / com.apple.launchd.StartOnMount => { / keepalive = 0 / service = LABEL / stream = com.apple.fsevents.matching / monitor = com.apple.UserEventAgent-Aqua / descriptor = { / "StartOnMount" => true / event channels = { / "com.apple.fsevents.matching" = { / active = 0 / managed = 1 / reset = 0 / hide = 0 / watching = 1',
    ...LAYOUT,
  },
  {
    id: 'newline-in-argument',
    facts: '§7 no. 10',
    asks: 'How does print show a newline in an argument?',
    decides: 'The lines of the block arguments.',
    scenario: 'a newline in an argument',
    ours: 'as it is',
    ...LAYOUT,
  },
  {
    id: 'exit-timeout-daemons',
    facts: '§7 no. 5',
    asks: 'Which exit timeout do daemons have that name none?',
    decides: 'print of daemons of the system domain whose plist has no ExitTimeOut.',
    scenario: 'the exit timeout of daemons that name none',
    ours: '5',
    where: 'DEFAULT_EXIT_TIMEOUT in src/launchd/throttle.ts',
  },
  {
    id: 'interval-while-running',
    facts: '§7 no. 6',
    asks: 'Is a StartInterval that is over while the job runs made up for?',
    decides: 'The time between two starts, of a job that runs for 7 seconds and is due every 6.',
    scenario: 'StartInterval over while the job runs',
    ours: 'missed',
    where: 'src/emulator/triggers/start-interval.ts',
  },
  {
    id: 'calendar-while-running',
    facts: '§7 no. 6',
    asks: 'Is a calendar time that comes while the job runs made up for?',
    decides: 'The time between two starts, of a job that runs for 70 seconds and is due every 60.',
    scenario: 'a calendar time while the job runs',
    ours: 'made up for at its end',
    choice: {
      option: 'calendarWhileRunning',
      values: { 'made up for at its end': 'kept', missed: 'missed' },
    },
  },
  {
    id: 'usage-error',
    facts: '§7 no. 7',
    asks: 'With which code does wrong usage end?',
    decides: 'The exit status of print without a target.',
    scenario: 'wrong usage: its codes',
    ours: '64',
    choice: { option: 'usageError', values: { '64': 64, '1': 1 } },
  },
  {
    id: 'unknown-subcommand',
    facts: '§7 no. 7',
    asks: 'With which code does a word end that is no verb?',
    decides: 'The exit status.',
    scenario: 'wrong usage: its codes',
    ours: '1',
    choice: { option: 'unknownSubcommand', values: { '64': 64, '1': 1 } },
  },
  {
    id: 'print-disabled-empty',
    facts: '§7 no. 8',
    asks: 'What does print-disabled say where there is no override?',
    decides: 'Its text, for the first domain without any.',
    scenario: 'print-disabled of a domain without overrides',
    ours: '"\\n\\tdisabled services = {\\n\\t}\\n"',
    where: 'src/emulator/layout-domain.ts',
  },
  {
    id: 'already-loaded',
    facts: '§3.3',
    asks: 'With which code does bootstrap answer for a loaded label?',
    decides: 'The exit status.',
    scenario: 'bootstrap of a loaded label: its code',
    ours: { user: '5', root: '37' },
    choice: { option: 'alreadyLoaded', values: { '37': 37, '17': 17 } },
  },
  {
    id: 'bootout-again',
    facts: '§3.3',
    asks: 'With which code does bootout answer for a label that is leaving?',
    decides: 'The exit status, while its process ignores SIGTERM.',
    scenario: 'bootout of a label that is leaving: its code',
    ours: '36',
    choice: { option: 'bootoutAgain', values: { '0': 0, '36': 36, '37': 37 } },
  },
  {
    id: 'group-signal',
    facts: '§2.4',
    asks: 'Which signal does the rest of the process group get?',
    decides: 'Whether a child that traps SIGTERM comes to tell of it.',
    scenario: 'the signal for what is left of the process group',
    ours: 'SIGTERM',
    choice: { option: 'groupSignal', values: { SIGTERM: 'SIGTERM', SIGKILL: 'SIGKILL' } },
  },
  {
    id: 'throttle-fraction',
    facts: '§2.6',
    asks: 'Does the throttle count whole seconds, or the very time?',
    decides: 'The least time between two starts, of a job that ends after 1.5 of 2 seconds.',
    scenario: 'whole seconds are counted: after 1.5 of 2 seconds it waits one more',
    ours: 'whole seconds',
    where: 'throttleDelay in src/launchd/throttle.ts',
  },
  {
    id: 'launch-only-once',
    facts: '§2.8',
    asks: 'Is a job with LaunchOnlyOnce still listed after its run?',
    decides: 'Whether print finds it then.',
    scenario: 'LaunchOnlyOnce after the one run',
    ours: 'listed',
    choice: { option: 'onlyOnce', values: { listed: 'listed', gone: 'removed' } },
  },
  {
    id: 'blame-words',
    facts: '§3.3',
    asks: 'What does blame say of a job that RunAtLoad has started?',
    decides: 'What stands on standard output.',
    scenario: 'blame: why a job was started',
    ours: 'speculative',
    where: 'src/emulator/verbs-legacy.ts',
  },
  {
    id: 'agent-tmpdir',
    facts: '§2.8',
    asks: 'Do agents have TMPDIR?',
    decides: 'The environment that a job prints.',
    scenario:
      'a process finds launchd’s environment and nothing of the caller’s: folder /, mask 022, no input',
    ours: 'set',
    where: 'src/emulator/environment.ts',
  },
] as const satisfies readonly Question[];

export type QuestionId = (typeof QUESTIONS)[number]['id'];

export function questionOf(id: QuestionId): Question {
  const found: Question | undefined = QUESTIONS.find((question) => question.id === id);
  if (found === undefined) throw new Error(`There is no question ${id}.`);
  return found;
}

/** What the embedded launchd answers. */
export function oursOf({ ours }: Question, root: boolean): string {
  if (typeof ours === 'string') return ours;
  return root ? ours.root : ours.user;
}
