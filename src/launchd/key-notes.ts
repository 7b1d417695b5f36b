/** More on the keys that are most often misread, each a whole sentence (facts §2). */
export const KEY_NOTES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'KeepAlive',
    [
      'true starts the job again whatever the exit.',
      '{SuccessfulExit: false} starts it again after a failure or any signal, and leaves it down after exit 0.',
      '{SuccessfulExit: true} starts it again after exit 0 only, and leaves it down after a crash.',
      '{Crashed: true} starts it again after a crash signal only.',
      'Several conditions are alternatives: one that holds is enough, and there is no way to ask for all of them.',
      'true, SuccessfulExit and Crashed also start the job when it is loaded, as RunAtLoad does.',
      'In `reconcile.yaml`, `restart: always`, `on-failure`, `on-success` and `on-crash` stand for these.',
    ],
  ],
  [
    'KeepAlive.SuccessfulExit',
    [
      'It is often read the wrong way round: to restart a job that fails, it must be false.',
      'Any signal counts as a failure, SIGTERM too; only exit 0 is a success.',
      'Either value also starts the job when it is loaded.',
    ],
  ],
  [
    'KeepAlive.Crashed',
    [
      'SIGTERM and SIGKILL are no crashes, nor is the exit code 139 of a shell.',
      'false means that a job which ends well is started again, for ever.',
      'Either value also starts the job when it is loaded.',
    ],
  ],
  ['KeepAlive.OtherJobEnabled', ['Loaded is meant, not running.']],
  [
    'RunAtLoad',
    [
      'It starts the job once, at bootstrap and at every login (agents) or boot (daemons); it restarts nothing.',
      'KeepAlive implies it in most of its forms, so RunAtLoad false does not keep such a job from starting.',
    ],
  ],
  [
    'ThrottleInterval',
    [
      'It is counted from one start to the next, not from the end of a run: a job that ran longer is started again at once.',
      'Parts of a second are not counted, so the real gap is up to one second longer.',
      '0 is ignored, and launchd never gives up, however often a job fails.',
      'In `reconcile.yaml` it is `restart: {throttle: 30s}`.',
    ],
  ],
  [
    'ExitTimeOut',
    [
      'A job is not gone before its process has ended, so a bootout may take this long.',
      'In `reconcile.yaml` it is `stop_timeout: 30s`.',
    ],
  ],
  [
    'StartInterval',
    [
      'A time that passes while the job runs or the Mac sleeps is missed.',
      'If it is shorter than ThrottleInterval, the throttle wins.',
      'In `reconcile.yaml` it is `start: {every: 15m}`.',
    ],
  ],
  [
    'StartCalendarInterval',
    [
      'A field that is left out means any, so `{Hour: 3}` starts the job every minute from 03:00 to 03:59.',
      'Day and Weekday together mean either of them.',
      'Times that pass while the Mac sleeps come to one start when it wakes; those that pass while it is off are lost.',
      'In `reconcile.yaml` it is `start: {schedule: "30 3 * * 1-5"}`.',
    ],
  ],
  ['WatchPaths', ['A folder counts with everything below it; a job that writes there starts itself again.']],
  [
    'EnvironmentVariables',
    [
      'Nothing of a terminal’s environment is there, and launchd’s own PATH is /usr/bin:/bin:/usr/sbin:/sbin.',
      '`launchctl print` shows the values, those of daemons to everybody: secrets do not belong here.',
    ],
  ],
  [
    'ProgramArguments',
    [
      'Without Program, the first element is the executable: an absolute path, or a name that launchd looks for in /usr/bin, /bin, /usr/sbin and /sbin.',
      'No shell is involved: ~, $HOME and * stay as they are.',
    ],
  ],
  [
    'Disabled',
    [
      '`launchctl enable` and `disable` keep a list of their own, which wins over this key and outlives the plist.',
      'In `reconcile.yaml`, say `enabled: true` or `false` instead.',
    ],
  ],
  ['Umask', ['A string with a leading zero is octal: "077" and 63 are the same.']],
  [
    'LimitLoadToSessionType',
    ['gui domains are Aqua and user domains are Background; a job that fits neither is refused with 134.'],
  ],
  ['StandardOutPath', ['If the file cannot be opened, the job does not start and shows exit code 78.']],
  ['StandardErrorPath', ['If the file cannot be opened, the job does not start and shows exit code 78.']],
  ['WorkingDirectory', ['If the folder is not there, the job may not start and show exit code 78.']],
  [
    'ProcessType',
    ['Background and Adaptive slow a program down for good; a server is best left at Standard.'],
  ],
]);
