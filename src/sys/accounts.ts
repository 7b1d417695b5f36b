import { spawnSync } from 'node:child_process';

/** A person who can log in. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * Asks the system's directory for an account, by name or uid; null when there is none. On a Mac that is Open Directory,
 * whose accounts are not in /etc/passwd.
 */
export function findAccount(who: string | number): Account | null {
  // A number or a plain name: nothing that a program could read as an option.
  if (typeof who === 'string' && !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(who)) return null;
  const account =
    process.platform === 'darwin'
      ? parseCache(answerOf('/usr/bin/dscacheutil', ['-q', 'user', '-a', keyOf(who), String(who)]))
      : parsePasswd(answerOf('/usr/bin/getent', ['passwd', String(who)]));
  const isAsked = typeof who === 'number' ? account?.uid === who : account?.name === who;
  return isAsked ? account : null;
}

function keyOf(who: string | number): string {
  return typeof who === 'number' ? 'uid' : 'name';
}

function answerOf(program: string, args: readonly string[]): string {
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };
  const { status, stdout } = spawnSync(program, args, { env, timeout: 10_000, encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

/** `name:password:uid:gid:gecos:home:shell`. */
export function parsePasswd(text: string): Account | null {
  const [name = '', , uid = '', gid = '', , home = ''] = text.split('\n')[0]?.split(':') ?? [];
  return toAccount(name, uid, gid, home);
}

/** Lines `name: ada`, `uid: 501`, `gid: 20`, `dir: /Users/ada`. */
export function parseCache(text: string): Account | null {
  const field = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return toAccount(field('name'), field('uid'), field('gid'), field('dir'));
}

function toAccount(name: string, uid: string, gid: string, home: string): Account | null {
  const isNumber = (digits: string): boolean => /^\d{1,10}$/.test(digits);
  if (name === '' || !isNumber(uid) || !isNumber(gid) || !home.startsWith('/')) return null;
  return { name, uid: Number(uid), gid: Number(gid), home };
}
