import type { Answer } from '../port.ts';

/** Whose machine it is, and what names this run: none of it is to be read in a capture. */
export interface Personal {
  readonly home: string;
  readonly user: string;
  readonly host: string;
  readonly uid: number;
  /** Of the run, by its real path. */
  readonly folder: string;
  readonly labelPrefix: string;
  readonly run: string;
}

export interface Scrub {
  /** Paths, names and numbers in any text. */
  text(text: string): string;
  /** An answer of launchctl: what belongs to other programs is left out, too, and pids are numbered anew. */
  answer(args: readonly string[], answer: Answer): Answer;
}

/** Variables of a session that tell nothing about a person but their paths, which are replaced. All others are left out. */
const VARIABLES = new Set([
  'HOME',
  'LANG',
  'LOGNAME',
  'MallocNanoZone',
  'MallocSpaceEfficient',
  'OSLogRateLimit',
  'PATH',
  'SECURITYSESSIONID',
  'SHELL',
  'SSH_AUTH_SOCK',
  'TMPDIR',
  'USER',
  'XPC_FLAGS',
  'XPC_SERVICE_NAME',
  '__CF_USER_TEXT_ENCODING',
]);
/** Labels that may be read by anybody: Apple's, and our own. */
const PUBLIC = /(?:^|[\s"])com\.(?:apple|example)\./;
/** Depth-1 blocks of `print DOMAIN` that list what is loaded and what has been. */
const LISTS =
  /^\t(services|endpoints|unmanaged processes|disabled services|dynamic endpoints|task-special ports) = [{]$/;
const DOMAIN = /^(?:system|(?:gui|user|login|pid)\/[0-9]+)$/;
const FIRST_PID = 1001;
/** Shorter or commoner names would be found where nobody is meant. */
const NO_NAMES = new Set(['root', 'me', 'mac', 'system', 'user', 'login', 'apple', 'launchd', 'localhost']);

export function makeScrub(personal: Personal): Scrub {
  const { home, user, host, uid, folder, labelPrefix, run } = personal;
  const pids = new Map<string, string>();
  const pid = (real: string): string => {
    if (Number(real) === 0) return real;
    const known = pids.get(real) ?? String(FIRST_PID + pids.size);
    pids.set(real, known);
    return known;
  };
  const names = [
    [user, 'me'],
    [host, 'mac'],
    [host.split('.')[0] ?? '', 'mac'],
  ].filter(([name = '']) => name.length > 2 && !NO_NAMES.has(name));

  function text(given: string): string {
    let clean = given
      .replaceAll(folder, '/private/tmp/contract')
      .replaceAll(`${labelPrefix}.`, 'com.example.contract.')
      .replaceAll(`3600.${run}`, '3600.1')
      .replaceAll(/\/(?:private\/)?var\/folders\/[^/\s]+\/[^/\s]+/g, '/private/var/folders/zz/scrubbed')
      .replaceAll(/(com\.apple\.launchd\.)[A-Za-z0-9]{10}(?=\/)/g, '$1scrubbed00')
      .replaceAll(/\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b/gi, '00000000-0000-0000-0000-000000000000')
      .replaceAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, 'me@example.com');
    if (home.length > 1) clean = clean.replaceAll(wholePath(home), '/Users/me');
    clean = clean.replaceAll(/\/(?:Users|home)\/(?!Shared\b)[^/\s":]+/g, '/Users/me');
    for (const [name = '', instead = ''] of names)
      clean = clean.replaceAll(new RegExp(`(?<![\\w.-])${quoted(name)}(?![\\w-])`, 'gi'), instead);
    return clean
      .replaceAll(
        new RegExp(`\\b((?:gui|user)/|user gui: |user\\.domain\\.|domain\\.user\\.)${uid}(?![0-9])`, 'g'),
        '$1501',
      )
      .replaceAll(new RegExp(`\\b(uid = |euid = )${uid}(?![0-9])`, 'g'), uid === 0 ? '$10' : '$1501');
  }

  function withoutPids(args: readonly string[], given: string): string {
    const clean = given
      .replaceAll(/\blaunchd\[[0-9]+\]/g, 'launchd[1]')
      .replaceAll(/(\bpid = |"PID" = )([0-9]+)/g, (_, words: string, real: string) => `${words}${pid(real)}`)
      .replaceAll(/^(\t\t)( *)([0-9]+)(?= +\S+ \t)/gm, (_, tabs: string, blanks: string, real: string) => {
        const width = blanks.length + real.length;
        return `${tabs}${pid(real).padStart(width)}`;
      });
    switch (args[0]) {
      case 'list':
        return clean.replaceAll(/^([0-9]+)(?=\t)/gm, (real) => pid(real));
      case 'kickstart':
      case 'managerpid':
        return clean.replace(/([0-9]+)\n$/, (_, real: string) => `${pid(real)}\n`);
      case 'manageruid':
        return clean.replace(String(uid), uid === 0 ? '0' : '501');
      default:
        return clean;
    }
  }

  return {
    text,
    answer(args, { code, stdout, stderr }) {
      const ours = stdout.replaceAll(`${labelPrefix}.`, 'com.example.contract.');
      const shown = withoutPids(args, text(withoutOthers(args, ours)));
      return { code, stdout: shown, stderr: text(stderr) };
    },
  };
}

/** Leaves out what other programs have loaded and set. */
function withoutOthers(args: readonly string[], stdout: string): string {
  const [verb, target] = args;
  const lines = stdout.split('\n');
  if (verb === 'print-disabled')
    return lines.filter((line) => !line.includes(' => ') || PUBLIC.test(line)).join('\n');
  if (verb === 'list' && target === undefined)
    return lines.filter((line) => !/^(?:[0-9]+|-)\t/.test(line) || PUBLIC.test(line)).join('\n');
  if (verb !== 'print') return stdout;
  const isDomain = DOMAIN.test(target ?? '');
  const kept: string[] = [];
  let block: 'list' | 'environment' | null = null;
  let dropsBlock = false;
  for (const line of lines) {
    if (/^\t[^\t]/.test(line)) {
      block = LISTS.test(line) && isDomain ? 'list' : null;
      if (line === '\tinherited environment = {' || (isDomain && line === '\tenvironment = {'))
        block = 'environment';
      dropsBlock = false;
    } else if (block === 'environment' && /^\t\t/.test(line)) {
      if (!VARIABLES.has(/^\t\t(.*?) =>/.exec(line)?.[1] ?? '')) continue;
    } else if (block === 'list' && /^\t\t/.test(line)) {
      if (/^\t\t[^\t]/.test(line)) {
        const closes = line === '\t\t}';
        const drops: boolean = closes ? dropsBlock : !PUBLIC.test(line);
        dropsBlock = line.endsWith('{') && drops;
        if (drops) continue;
      } else if (dropsBlock) continue;
    }
    kept.push(line);
  }
  return kept.join('\n');
}

function wholePath(path: string): RegExp {
  return new RegExp(`${quoted(path)}(?=[/\\s"':;,)]|$)`, 'g');
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
