/** Fields that the interface names and this version does not have. */
export const NOT_YET: ReadonlySet<string> = new Set(['env_file', 'secrets', 'restart_on']);

/** Words of the whole file that people bring along from Compose and elsewhere. */
export const FOREIGN_ROOT_WORDS: Readonly<Record<string, string>> = {
  services: 'instances',
  jobs: 'instances',
  agents: 'instances',
  daemons: 'instances',
  includes: 'include',
  variables: 'vars',
  schemaVersion: 'version',
  prefix: 'label_prefix',
};

/** Words of Compose, systemd and cron at an instance → what says the same here. */
export const FOREIGN_FIELDS: Readonly<Record<string, string>> = {
  args: 'command',
  cmd: 'command',
  exec: 'command',
  entrypoint: 'program',
  shell: 'script',
  stop_grace_period: 'stop_timeout',
  kill_timeout: 'stop_timeout',
  working_directory: 'working_dir',
  cwd: 'working_dir',
  workdir: 'working_dir',
  env: 'environment',
  ulimits: 'limits',
  run_at_load: 'start.at_load',
  at_load: 'start.at_load',
  interval: 'start.every',
  every: 'start.every',
  cron: 'start.schedule',
  schedule: 'start.schedule',
  watch: 'start.watch',
  queue: 'start.queue',
  on_mount: 'start.on_mount',
  policy: 'restart.policy',
  throttle: 'restart.throttle',
  run_while: 'restart.run_while',
  keep_alive: 'restart',
  health: 'healthcheck',
  health_check: 'healthcheck',
  extends: 'template',
  templates: 'template',
};

/** launchd's keys at an instance → the field that writes them. Every other one belongs under `launchd:`. */
export const LAUNCHD_KEYS: Readonly<Record<string, string>> = {
  Label: 'label',
  Program: 'program',
  ProgramArguments: 'command',
  KeepAlive: 'restart',
  ThrottleInterval: 'restart.throttle',
  RunAtLoad: 'start.at_load',
  StartInterval: 'start.every',
  StartCalendarInterval: 'start.schedule',
  WatchPaths: 'start.watch',
  QueueDirectories: 'start.queue',
  StartOnMount: 'start.on_mount',
  WorkingDirectory: 'working_dir',
  EnvironmentVariables: 'environment',
  StandardInPath: 'stdin',
  StandardOutPath: 'stdout',
  StandardErrorPath: 'stderr',
  UserName: 'user',
  GroupName: 'group',
  Umask: 'umask',
  ExitTimeOut: 'stop_timeout',
  ProcessType: 'process_type',
  Nice: 'nice',
  LowPriorityIO: 'low_priority_io',
  SoftResourceLimits: 'limits',
  HardResourceLimits: 'limits',
  LimitLoadToSessionType: 'session_types',
  Disabled: 'enabled',
};

/** Restart policies of other tools → ours. */
export const FOREIGN_POLICIES: Readonly<Record<string, string>> = {
  no: 'never',
  none: 'never',
  false: 'never',
  'unless-stopped': 'always',
  true: 'always',
  yes: 'always',
  failure: 'on-failure',
  'on-abnormal': 'on-failure',
  'on-abort': 'on-crash',
  any: 'always',
};
