/** What launchctl's exit status says, and what to do about it (facts §3.3, §3.4). */
export interface LaunchctlCode {
  readonly code: number;
  /** errno's name (`EIO`), or a short name of our own for launchd's codes (`service-disabled`). */
  readonly name: string;
  /** As `launchctl error N` puts it. */
  readonly text: string;
  /** What it means here: a sentence. */
  readonly meaning: string;
  /** What to do next: a sentence. */
  readonly next: string;
}

type Row = readonly [code: number, name: string, text: string, meaning: string, next: string];

const LOOK = 'Run `launchctl print DOMAIN/LABEL` to see what launchd has.';
const LOG_IN =
  'Log in at the Mac’s screen and try again, or declare the job with `domain: user` or `domain: system`.';
const NOT_YOURS = 'Leave this job alone; it is not one that can be managed from outside.';
const REPORT = 'Run the same command by hand; if it happens again, the log of launchd says more.';

const ROWS: readonly Row[] = [
  [0, 'OK', 'No error', 'launchd accepted the request; a job need not be running because of it.', LOOK],
  [
    1,
    'EPERM',
    'Operation not permitted',
    'You may not do this to this job or domain.',
    'Use your own domain, or run it as root for the system domain.',
  ],
  [
    2,
    'ENOENT',
    'No such file or directory',
    'A file that was named is not there.',
    'Check the path of the plist.',
  ],
  [
    3,
    'ESRCH',
    'No such process',
    'The job is not loaded (bootout), or is loaded without a process (kill).',
    'Nothing to do when you wanted it gone.',
  ],
  [
    5,
    'EIO',
    'Input/output error',
    'The answer that launchctl gives for almost anything when it is not root: the job is already loaded, is still being taken out, is disabled, its plist has the wrong owner or mode, or there is no login session.',
    'Look in this order: is it loaded (`launchctl print`), is it disabled (`launchctl print-disabled`), who owns the plist and who may write it, is there a login session.',
  ],
  [
    13,
    'EACCES',
    'Permission denied',
    'A file may not be read by you.',
    'Check owner and mode of the plist and its folder.',
  ],
  [17, 'EEXIST', 'File exists', 'The job is already loaded (older macOS).', LOOK],
  [
    22,
    'EINVAL',
    'Invalid argument',
    'launchctl did not understand the request.',
    'Check the domain and the label.',
  ],
  [
    36,
    'EINPROGRESS',
    'Operation now in progress',
    'The request was accepted and is still being carried out, as a bootout is until the process has ended.',
    'Wait until `launchctl print` answers 113.',
  ],
  [
    37,
    'EALREADY',
    'Operation already in progress',
    'The job is already loaded or running, or is still being taken out.',
    'Ask `launchctl print`; while it says SIGTERMed, wait and try again.',
  ],
  [45, 'ENOTSUP', 'Operation not supported', 'This launchd does not do that.', LOOK],
  [77, 'ENOLCK', 'No locks available', 'launchd ran out of something that it needs.', REPORT],
  [
    78,
    'ENOSYS',
    'Function not implemented',
    'This launchd does not know the request.',
    'Check the version of macOS.',
  ],
  [
    107,
    'malformed-bundle',
    'Malformed bundle',
    'The path is a bundle that launchd cannot use.',
    'Name a plist file.',
  ],
  [
    108,
    'invalid-path',
    'Invalid path',
    'The path of the plist is missing, relative or cannot be reached.',
    'Give an absolute path of a file that is there.',
  ],
  [109, 'invalid-plist', 'Invalid property list', 'The plist cannot be parsed.', 'Run `plutil -lint` on it.'],
  [
    110,
    'no-label',
    'Invalid or missing service identifier',
    'The plist has no usable Label.',
    'Give it a Label.',
  ],
  [
    111,
    'no-program',
    'Invalid or missing Program/ProgramArguments',
    'The plist does not say what to run.',
    'Give it Program or ProgramArguments with at least one element.',
  ],
  [
    112,
    'no-domain',
    'Could not find specified domain',
    'There is no such domain now: that user has no such session. It says nothing about the job.',
    LOG_IN,
  ],
  [
    113,
    'no-service',
    'Could not find specified service',
    'The job is not loaded in this domain: the normal answer for a job that is not there.',
    'Load it with `launchctl bootstrap` if it should be, and check that you named the right domain.',
  ],
  [
    114,
    'no-user',
    'The specified user does not exist',
    'UserName names nobody on this Mac.',
    'Correct UserName.',
  ],
  [
    115,
    'no-group',
    'The specified group does not exist',
    'GroupName names no group on this Mac.',
    'Correct GroupName.',
  ],
  [116, 'not-implemented', 'Routine not yet implemented', 'This launchd does not do that.', REPORT],
  [117, 'undocumented-117', 'Undocumented error', 'What this code means is not published.', REPORT],
  [118, 'bad-response', 'Bad response from server', 'launchctl did not understand launchd’s answer.', REPORT],
  [
    119,
    'service-disabled',
    'Service is disabled',
    'The job is switched off: by `launchctl disable`, in Login Items, or by its own Disabled key.',
    'Run `launchctl enable DOMAIN/LABEL` first, or declare `enabled: true`.',
  ],
  [
    120,
    'bad-subsystem',
    'Bad subsystem destination for request',
    'The request went to the wrong part of launchd.',
    REPORT,
  ],
  [
    121,
    'path-not-searched',
    'Path not searched for services',
    'launchd does not look for jobs there.',
    'Put the plist into a LaunchAgents or LaunchDaemons folder.',
  ],
  [
    122,
    'bad-ownership',
    'Path had bad ownership/permissions',
    'The plist has the wrong owner, or somebody else may write it.',
    'The owner must be you (agents) or root (daemons), and the mode 0644 or stricter.',
  ],
  [
    123,
    'path-allowlisted',
    'Path is whitelisted for domain',
    'The path is reserved in this domain.',
    NOT_YOURS,
  ],
  [
    124,
    'domain-closing',
    'Domain is tearing down',
    'The user is logging out or the Mac is shutting down.',
    'Try again after the next login.',
  ],
  [
    125,
    'domain-unsupported',
    'Domain does not support specified action',
    'There is no graphical login session (over SSH, from cron, as root), or it is somebody else’s domain.',
    LOG_IN,
  ],
  [
    126,
    'request-retired',
    'Request type is no longer supported',
    'This launchd has given up that request.',
    REPORT,
  ],
  [
    127,
    'not-shipped-with-os',
    'The specified service did not ship with the operating system',
    'The request is for jobs of macOS only; it does not mean “command not found”.',
    NOT_YOURS,
  ],
  [
    128,
    'not-a-bundle',
    'The specified path is not a bundle',
    'A bundle was expected there.',
    'Name a plist file.',
  ],
  [
    129,
    'superseded',
    'The service was superseded by a later version',
    'A newer job of this name took its place.',
    LOOK,
  ],
  [
    130,
    'undefined-state',
    'The system encountered a condition where behavior was undefined',
    'launchd is in a state that it does not expect; often the job is loaded already.',
    LOOK,
  ],
  [131, 'out-of-order', 'Out of order requests', 'Two requests crossed each other.', 'Try again.'],
  [132, 'stale-request', 'Request for stale data', 'What was asked for has changed meanwhile.', 'Try again.'],
  [
    133,
    'multiple-errors',
    'Multiple errors were returned; see stderr',
    'More than one thing went wrong.',
    'Read the lines above it, one for each path or label.',
  ],
  [
    134,
    'wrong-session',
    'Service cannot load in requested session',
    'LimitLoadToSessionType does not allow this domain: gui is Aqua, user is Background.',
    'Declare the domain that fits, or the session types that the job may run in.',
  ],
  [135, 'not-managed', 'Process is not managed', 'That process was not started by launchd.', LOOK],
  [136, 'singleton', 'Action not allowed on singleton service', 'This job does not allow that.', NOT_YOURS],
  [
    137,
    'action-unsupported',
    'Service does not support the specified action',
    'This job does not allow that.',
    NOT_YOURS,
  ],
  [
    138,
    'wrong-hardware',
    'Service cannot be loaded on this hardware',
    'LimitLoadToHardware or LimitLoadFromHardware excludes this Mac.',
    'Nothing to do, or take that key away.',
  ],
  [139, 'cannot-execute-now', 'Service cannot presently execute', 'launchd will not start it now.', LOOK],
  [
    140,
    'reserved-name',
    'Service name is reserved or invalid',
    'The label is not allowed, or a label stood where a domain was expected.',
    'Check the label and the domain.',
  ],
  [141, 'reentrancy', 'Reentrancy avoided', 'The request would have come back to itself.', REPORT],
  [
    142,
    'development-only',
    'Operation only supported on development',
    'Only Apple’s own builds do that.',
    NOT_YOURS,
  ],
  [143, 'cached-entry', 'Requested entry was cached', 'launchd answered from what it remembered.', LOOK],
  [
    144,
    'no-entitlement',
    'Requestor lacks required entitlement',
    'Only programs that Apple signed for it may do that.',
    NOT_YOURS,
  ],
  [145, 'hidden-endpoint', 'Endpoint is hidden', 'The job has not checked in yet.', LOOK],
  [
    146,
    'on-demand-only',
    'Domain is in on-demand-only mode',
    'The session is still starting (login, Setup Assistant, Low Power Mode); launchd put the start off.',
    'Wait a few seconds, then run `launchctl kickstart DOMAIN/LABEL`.',
  ],
  [
    147,
    'not-in-requestor',
    'The specified service did not ship in the requestor',
    'The job belongs to an app.',
    NOT_YOURS,
  ],
  [
    148,
    'not-in-cache',
    'The specified path was not in the service cache',
    'launchd does not know that path.',
    REPORT,
  ],
  [
    149,
    'no-such-bundle',
    'Could not find a bundle of the given identifier through LaunchServices',
    'The app that this job belongs to is not installed.',
    'Install the app again, or remove its login item.',
  ],
  [
    150,
    'protected',
    'Operation not permitted while System Integrity Protection is engaged',
    'The job belongs to macOS, and even root may not change it.',
    NOT_YOURS,
  ],
  [151, 'internal-151', 'A complete hack', 'Something inside launchd that is not meant for you.', REPORT],
  [
    152,
    'boot-environment',
    'Service cannot load in current boot environment',
    'The Mac was started in a mode in which this job may not run.',
    'Start the Mac normally.',
  ],
  [153, 'unexpected', 'Completely unexpected error', 'launchd met something that it did not expect.', REPORT],
  [
    154,
    'not-platform-binary',
    'Requestor is not a platform binary',
    'Only programs of macOS may do that.',
    NOT_YOURS,
  ],
  [
    155,
    'quarantined',
    'Refusing to execute/trust quarantined program/file',
    'The plist or the program was downloaded and never approved.',
    'Approve it in System Settings, or take the mark away with `xattr -d com.apple.quarantine FILE`.',
  ],
  ...[156, 157, 158, 159].map(
    (code): Row => [
      code,
      `undocumented-${code}`,
      'Undocumented error',
      'A code of newer launchds; what it means is not published.',
      REPORT,
    ],
  ),
];

/** Every code that launchctl was seen to end with, and launchd's own range 107 to 159. */
export const LAUNCHCTL_CODES: readonly LaunchctlCode[] = ROWS.map(([code, name, text, meaning, next]) => ({
  code,
  name,
  text,
  meaning,
  next,
}));
