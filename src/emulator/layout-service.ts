import { describeExitCode } from '../launchd/exit-codes.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import { describeSignal } from '../launchd/signals.ts';
import { isDict, type PlistValue } from '../model/plist.ts';
import { type Definition, type ProcessType, SUBMITTED } from './definition.ts';
import type { Dialect } from './dialect.ts';
import { STANDARD_PATH, shownEnvironment, type Variables } from './environment.ts';
import { type Job, pidOf } from './job.ts';
import { block, type Line, render } from './layout.ts';
import { socketBlock } from './layout-sockets.ts';
import { type TriggerConditions, triggerBlocks, triggersOf } from './layout-triggers.ts';

const SPAWN_TYPES: Readonly<Record<ProcessType, string>> = {
  Background: 'background (5)',
  Standard: 'daemon (3)',
  Adaptive: 'adaptive (6)',
  Interactive: 'interactive (4)',
};

const CHECKED_ALLOCATIONS: readonly string[] = [
  'checked allocations = 0 (queried = 1)',
  'checked allocations reason = no host',
  'checked allocations flags = 0x0',
];

const GUARD_MALLOC = block('probabilistic guard malloc policy', [
  'activation rate = 1/1000',
  'sample rate = 1/0',
]);

export interface LayoutOptions extends TriggerConditions {
  readonly dialect: Dialect;
  readonly asid: number;
  /** What `launchctl setenv` has set in the job's domain. */
  readonly session: Variables;
}

/** `launchctl print DOMAIN/LABEL`, in the order of the release that is spoken (facts §4.1). */
export function printService(job: Job, options: LayoutOptions): string {
  const { definition, domain } = job;
  const { dialect, session } = options;
  const gui = domain.startsWith('gui/');
  const lines: Line[] = [
    `active count = ${pidOf(job) === null ? 0 : 1}`,
    `path = ${definition.path}`,
    `type = ${definition.path === SUBMITTED ? 'Submitted' : domain === 'system' ? 'LaunchDaemon' : 'LaunchAgent'}`,
    `state = ${stateOf(job)}`,
    '',
    `program = ${definition.program}`,
    ...(definition.arguments === null ? [] : [block('arguments', definition.arguments.map(argument)), '']),
    ...(definition.workingDirectory === null
      ? []
      : [`working directory = ${definition.workingDirectory}`, '']),
    ...optional('stdin path', definition.stdin),
    ...optional('stdout path', definition.stdout),
    ...optional('stderr path', definition.stderr),
    ...(gui ? [block('inherited environment', variables(Object.entries(session))), ''] : []),
    block('default environment', [`PATH => ${STANDARD_PATH}`]),
    '',
    block('environment', variables(shownEnvironment(definition, dialect))),
    '',
    `domain = ${domain}${gui ? ` [${options.asid}]` : ''}`,
    ...(gui ? [`asid = ${options.asid}`] : []),
    ...accountLines(definition, domain),
    ...(definition.umask === null ? [] : [`umask = ${definition.umask.toString(8)}`]),
    ...(definition.nice === null ? [] : [`nice = ${definition.nice}`]),
    `minimum runtime = ${definition.throttle}`,
    `exit timeout = ${definition.exitTimeout}`,
    `runs = ${job.runs}`,
    ...(job.successiveCrashes > 0 ? [`successive crashes = ${job.successiveCrashes}`] : []),
    ...processLines(job, dialect),
    ...(job.pended === null ? [] : [`pended nondemand spawn = ${job.pended}`]),
    lastExitLine(job.lastExit),
    '',
    ...semaphoreBlock(definition.keepAlive),
    ...triggerBlocks(triggersOf(definition, options), definition, domain),
    ...endpointBlock(definition),
    ...socketBlock(job),
    ...(dialect.coalitions ? coalitions(job) : []),
    `spawn type = ${SPAWN_TYPES[definition.processType]}`,
    'jetsam priority = 40',
    'jetsam memory limit (active) = (unlimited)',
    'jetsam memory limit (inactive) = (unlimited)',
    'jetsamproperties category = daemon',
    'jetsam thread limit = 32',
    'cpumon = default',
    ...(definition.startInterval === null ? [] : [`run interval = ${definition.startInterval} seconds`]),
    ...limitsBlock(definition),
    ...(dialect.jobState ? [`job state = ${jobStateOf(job)}`, 'sanitizer flags = 0x0'] : []),
    ...(dialect.guardMalloc ? [GUARD_MALLOC] : []),
    '',
    `properties = ${propertiesOf(definition).join(' | ')}`,
  ];
  return render(block(`${domain}/${definition.label}`, lines));
}

/** launchd's words for where a job stands (facts §4.1). */
export function stateOf(job: Job): string {
  switch (job.phase.kind) {
    case 'idle':
      return 'not running';
    case 'scheduled':
      return 'spawn scheduled';
    case 'spawning':
      return 'spawning';
    case 'running':
      return 'running';
    case 'stopping':
      return 'SIGTERMed';
  }
}

function jobStateOf(job: Job): string {
  if (pidOf(job) !== null) return 'running';
  if (job.refused) return 'spawn failed';
  return job.lastExit === null ? 'uninitialized' : 'exited';
}

/** As `print` writes variables, in services and domains. */
export function variables(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map(([name, value]) => `${name} => ${value}`);
}

/** An argument stands as it is; an empty one is a line of two tabs, not a blank line. */
function argument(value: string): Line {
  return value === '' ? { bare: '' } : value;
}

function optional(name: string, value: string | null): readonly string[] {
  return value === null ? [] : [`${name} = ${value}`];
}

/** Agents run as their session's user, whatever the plist says (facts §1). */
function accountLines(definition: Definition, domain: string): readonly string[] {
  if (domain !== 'system') return [];
  const lines = [...optional('username', definition.userName), ...optional('group', definition.groupName)];
  return lines.length === 0 ? [] : [...lines, ''];
}

function processLines(job: Job, dialect: Dialect): readonly string[] {
  if (job.phase.kind !== 'running' && job.phase.kind !== 'stopping') return [];
  return [
    `pid = ${job.phase.child.pid}`,
    `immediate reason = ${job.phase.reason}`,
    'forks = 0',
    'execs = 1',
    'initialized = 1',
    'trampolined = 1',
    'started suspended = 0',
    'proxy started suspended = 0',
    ...(dialect.checkedAllocations ? CHECKED_ALLOCATIONS : []),
  ];
}

function lastExitLine(exit: ExitKind | null): string {
  if (exit === null) return 'last exit code = (never exited)';
  return 'code' in exit
    ? `last exit code = ${describeExitCode(exit.code)}`
    : `last terminating signal = ${describeSignal(exit.signal)}`;
}

function semaphoreBlock(keepAlive: PlistValue): readonly Line[] {
  if (!isDict(keepAlive)) return [];
  const lines: string[] = [];
  const { SuccessfulExit: successful, Crashed: crashed } = keepAlive.entries;
  if (typeof successful === 'boolean') lines.push(`successful exit => ${successful ? 1 : 0}`);
  if (typeof crashed === 'boolean') lines.push(`after crash => ${crashed ? 1 : 0}`);
  for (const [key, words] of [
    ['OtherJobEnabled', 'other job enabled'],
    ['OtherJobActive', 'other job active'],
  ] as const) {
    const others = keepAlive.entries[key];
    if (isDict(others))
      for (const [label, wanted] of Object.entries(others.entries))
        lines.push(`${words} (${label}) => ${wanted === true ? 1 : 0}`);
  }
  return lines.length === 0 ? [] : [block('semaphores', lines), ''];
}

function endpointBlock(definition: Definition): readonly Line[] {
  const services = definition.plist.entries['MachServices'];
  if (!isDict(services)) return [];
  const port = ['port = 0x0', 'active = 0', 'managed = 1', 'reset = 0', 'hide = 0', 'watching = 1'];
  const lines = Object.keys(services.entries).map((name) => block(`"${name}"`, port));
  return lines.length === 0 ? [] : [block('endpoints', lines), ''];
}

/** Two a job, from its first run on. */
function coalitions(job: Job): readonly Line[] {
  if (job.runs === 0) return [];
  return (['resource', 'jetsam'] as const).flatMap((type, index) => [
    block(`${type} coalition`, [
      `ID = ${1000 + 2 * job.serial + index}`,
      `type = ${type}`,
      'state = active',
      'active count = 1',
      `name = ${job.definition.label}`,
    ]),
    '',
  ]);
}

function limitsBlock(definition: Definition): readonly Line[] {
  const lines = definition.limits.map(({ name, kind, value }) => `${name} (${kind}) => ${value}`);
  return lines.length === 0 ? [] : [block('resource limits', lines), ''];
}

/** In the order that captures show (facts §4.1). */
function propertiesOf(definition: Definition): readonly string[] {
  const { flags } = definition;
  const named: readonly (readonly [boolean, string])[] = [
    [definition.keepAlive === true, 'keepalive'],
    [definition.runAtLoad, 'runatload'],
    [flags.lowPriorityIo, 'low priority i/o'],
    [flags.lowPriorityBackgroundIo, 'low priority background i/o'],
    [definition.abandonProcessGroup, 'abandon process group'],
    [definition.launchOnlyOnce, 'launch only once'],
    [flags.inetd, 'inetd-compatible'],
    [flags.transactions, 'supports transactions'],
    [flags.pressuredExit, 'supports pressured exit'],
    [!definition.explicitProgram, 'inferred program'],
    [!definition.initGroups, 'no initgroups'],
    [flags.dataless, 'dataless file mode'],
  ];
  return named.flatMap(([set, name]) => (set ? [name] : []));
}
