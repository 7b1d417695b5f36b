import type { Definition, LimitName, ResourceLimit } from './definition.ts';

/** How a job's process is made: what is executed, with which argv. */
export interface Command {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
}

/** Another user to become, which only root can. */
export interface Identity {
  readonly user: string | null;
  readonly uid: number;
  readonly gid: number;
  /** The user's supplementary groups, or none. */
  readonly initGroups: boolean;
}

/** The shell's letter and unit (bytes) of each limit; as dash and bash have them. */
const ULIMITS: Readonly<Record<LimitName, readonly [letter: string, unit: number]>> = {
  core: ['c', 512],
  cpu: ['t', 1],
  data: ['d', 1024],
  fsize: ['f', 512],
  memlock: ['l', 1024],
  maxfiles: ['n', 1],
  maxproc: ['p', 1],
  rss: ['m', 1024],
  stack: ['s', 1024],
};

export interface Steps {
  /** The absolute path of a tool. */
  find(tool: string): string;
  /** RootDirectory, where it counts; the program is one below it. */
  readonly root: string | null;
  /** It is handed sockets, and is told that they are meant for it. */
  readonly listens: boolean;
}

/** What enters the WorkingDirectory of a job with a RootDirectory. */
export const ENV_BELOW_ROOT = '/usr/bin/env';

/** Only the process itself knows its pid before it is the program. */
const LISTEN_PID_LINE = 'export LISTEN_PID=$$; ';

/**
 * A process with no wishes is executed directly. Limits, niceness and another user need steps between fork and exec, which
 * Node has not: each is a program that ends in exec of the next, so that the process keeps its pid. What cannot be set is
 * passed over, as launchd does, and leaves no word in the job's log.
 */
export function commandOf(
  definition: Definition,
  program: string,
  identity: Identity | null,
  { find, listens, root }: Steps,
): Command {
  const argv = definition.arguments ?? [program];
  const [argv0 = program, ...rest] = argv;
  const steps: string[][] = [];
  const lines =
    ulimitLines(definition.limits) + niceLine(definition.nice, find) + (listens ? LISTEN_PID_LINE : '');
  const unset = unsetLine(definition.environment);
  if (lines !== '') steps.push(['/bin/sh', '-c', `${lines}${unset}exec "$@"`, 'sh']);
  if (root !== null) steps.push(...rootSteps(root, definition.workingDirectory, identity, find));
  else if (identity !== null) steps.push([find('setpriv'), ...becomeOptions(identity), '--']);
  if (steps.length === 0) return { file: program, argv0, args: rest };
  // Below another root there may be no shell that could give it another name.
  if (argv0 !== program && root === null)
    steps.push([find('bash'), '-pc', `${unset}name=$1; shift; exec -a "$name" "$@"`, 'bash', argv0]);
  const [file = program, ...args] = [...steps.flat(), program, ...rest];
  return { file, argv0: file, args };
}

/** Niceness is absolute; POSIX has `renice` add to what it finds, util-linux has it set, and the daemon mostly runs with 0. */
function niceLine(nice: number | null, find: (tool: string) => string): string {
  return nice === null ? '' : `${find('renice')} -n ${nice} -p $$ >/dev/null 2>&1; `;
}

/** Shells (`bash -p` reads no BASH_ENV) export what they keep for themselves; a job finds nothing in its environment but launchd's and its own. */
function unsetLine(own: Readonly<Record<string, string>>): string {
  const names = ['PWD', 'OLDPWD', 'SHLVL'].filter((name) => own[name] === undefined);
  return names.length === 0 ? '' : `unset ${names.join(' ')}; `;
}

/** The other user is become by the same tool, since the next one would have to be below the root already. */
function rootSteps(
  root: string,
  folder: string | null,
  identity: Identity | null,
  find: (tool: string) => string,
): string[][] {
  const become =
    identity === null
      ? []
      : [
          `--userspec=+${identity.uid}:+${identity.gid}`,
          // Without the option it looks the user's groups up, before it changes the root.
          ...(identity.initGroups && identity.user !== null ? [] : ['--groups=']),
        ];
  const enter = folder === null ? [] : [[ENV_BELOW_ROOT, '-C', folder]];
  return [[find('chroot'), ...become, root], ...enter];
}

function becomeOptions({ user, uid, gid, initGroups }: Identity): readonly string[] {
  const groups = initGroups && user !== null ? '--init-groups' : '--clear-groups';
  return [`--reuid=${uid}`, `--regid=${gid}`, groups];
}

/**
 * The soft limits come before and after the hard ones: whether a pair is raised or lowered, one of both orders is allowed.
 */
function ulimitLines(limits: readonly ResourceLimit[]): string {
  const lines = (wanted: ResourceLimit['kind']): string =>
    limits
      .filter(({ kind }) => kind === wanted)
      .map(({ name, value }) => {
        const [letter, unit] = ULIMITS[name];
        return `ulimit -${wanted === 'soft' ? 'S' : 'H'}${letter} ${Math.floor(value / unit)} 2>/dev/null; `;
      })
      .join('');
  const [soft, hard] = [lines('soft'), lines('hard')];
  return hard === '' ? soft : soft + hard + soft;
}
