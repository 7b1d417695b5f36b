import { posix } from 'node:path';
import { parseAddress } from '../config/schema-health.ts';
import type { Healthcheck, Probe } from '../model/health.ts';
import type { Job } from '../model/job.ts';
import { isDict, type PlistDict } from '../model/plist.ts';
import type { Draft } from './draft.ts';
import { absolutePath, expandHome, refuseOtherHome } from './paths.ts';
import { LAUNCHD_PATH, wordsOf } from './program.ts';

/** Compose's, but for the time of an answer and a start that is given a moment. Seconds. */
const DEFAULTS = { interval: 30, timeout: 5, retries: 3, startPeriod: 10 } as const;

/** Room for the path of a socket in `sockaddr_un`, less its end: 104 bytes on macOS, 108 on Linux. */
const SOCKET_PATH_BYTES = 103;

/** `healthcheck:` → what is asked, with paths in full. @param plist of the job: whose folder and environment count */
export function compileHealthcheck(draft: Draft, plist: PlistDict): Pick<Job, 'healthcheck'> {
  const given = draft.fields.healthcheck;
  if (given === undefined) return {};
  const probes = probesOf(draft, given, plist);
  if (probes === null) return {};
  if (probes.length === 0)
    draft.problems.error(
      'healthcheck/empty',
      'healthcheck',
      'This health check asks nothing.',
      'Name one of `tcp`, `unix_socket`, `http`, `command` and `fresh_file`.',
    );
  const healthcheck: Healthcheck = {
    probes,
    interval: given.interval ?? DEFAULTS.interval,
    timeout: given.timeout ?? DEFAULTS.timeout,
    retries: given.retries ?? DEFAULTS.retries,
    startPeriod: given.start_period ?? DEFAULTS.startPeriod,
    onUnhealthy: given.on_unhealthy ?? 'report',
  };
  return { healthcheck };
}

/** `stale:` → paths in full. */
export function compileStale(draft: Draft, plist: PlistDict): Pick<Job, 'stale'> {
  const given = draft.fields.stale;
  if (given === undefined) return {};
  const resolve = (list: readonly string[] | undefined, field: string): readonly string[] =>
    (list ?? []).flatMap((text, index) => {
      const path = resolvePath(draft, text, `stale.${field}.${index}`, plist);
      return path === null ? [] : [path];
    });
  const sockets = resolve(given.sockets, 'sockets').filter((path, index) =>
    fitsSocket(draft, path, `stale.sockets.${index}`),
  );
  const pidFiles = resolve(given.pid_files, 'pid_files');
  return { stale: { sockets: [...new Set(sockets)], pidFiles: [...new Set(pidFiles)] } };
}

/** Null, and errors: something of it cannot be read. */
function probesOf(
  draft: Draft,
  { tcp, unix_socket, http, command, fresh_file }: NonNullable<Draft['fields']['healthcheck']>,
  plist: PlistDict,
): readonly Probe[] | null {
  const probes: (Probe | null)[] = [];
  const address = tcp === undefined ? null : parseAddress(tcp);
  if (address !== null) probes.push({ kind: 'tcp', ...address });
  if (unix_socket !== undefined) {
    const path = resolvePath(draft, unix_socket, 'healthcheck.unix_socket', plist);
    const fits = path !== null && fitsSocket(draft, path, 'healthcheck.unix_socket');
    probes.push(fits ? { kind: 'unix_socket', path } : null);
  }
  if (http !== undefined) probes.push({ kind: 'http', url: http.url, status: http.status ?? null });
  if (fresh_file !== undefined) {
    const path = resolvePath(draft, fresh_file.path, 'healthcheck.fresh_file.path', plist);
    probes.push(path === null ? null : { kind: 'fresh_file', path, within: fresh_file.within });
  }
  if (command !== undefined) probes.push(commandProbe(draft, command, plist));
  return probes.some((probe) => probe === null) ? null : probes.filter((probe) => probe !== null);
}

function commandProbe(
  draft: Draft,
  command: string | readonly string[],
  { entries }: PlistDict,
): Probe | null {
  const words = wordsOf(draft, command, 'healthcheck.command');
  const [first] = words ?? [];
  if (words === null) return null;
  if (first === undefined || first.text === '' || (first.text.includes('/') && !first.text.startsWith('/'))) {
    draft.problems.error(
      'healthcheck/command',
      first?.field ?? 'healthcheck.command',
      first === undefined || first.text === ''
        ? 'This command names no program.'
        : `\`${first.text}\` is no absolute path, and it could not be told which folder is meant.`,
      'Write the path of the program in full, or a name that is found in the PATH of the job.',
    );
    return null;
  }
  const given = entries['EnvironmentVariables'];
  const own = isDict(given) ? Object.entries(given.entries) : [];
  const texts = own.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const folder = entries['WorkingDirectory'];
  const user = entries['UserName'];
  return {
    kind: 'command',
    argv: words.map(({ text }) => text),
    cwd: typeof folder === 'string' && folder.startsWith('/') ? folder : '/',
    env: { PATH: LAUNCHD_PATH, ...Object.fromEntries(texts) },
    user: typeof user === 'string' ? user : null,
  };
}

/** As a log is: a relative path belongs to the working folder of the job, else to the folder of the file. */
function resolvePath(draft: Draft, text: string, field: string, { entries }: PlistDict): string | null {
  const { host, problems } = draft;
  const path = expandHome(text, host.home);
  if (path === null) {
    refuseOtherHome(text, field, problems);
    return null;
  }
  const folder = entries['WorkingDirectory'];
  if (!path.startsWith('/') && typeof folder === 'string' && folder.startsWith('/'))
    return posix.join(folder, path);
  const full = absolutePath(path, field, host.home, problems);
  return full === null ? null : posix.normalize(full);
}

function fitsSocket(draft: Draft, path: string, field: string): boolean {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return true;
  draft.problems.error(
    'socket/too-long',
    field,
    `\`${path}\` is longer than the path of a socket can be (${SOCKET_PATH_BYTES} bytes).`,
    'Choose a shorter path; the program itself could not listen there either.',
  );
  return false;
}
