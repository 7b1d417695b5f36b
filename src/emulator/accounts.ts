import { readFileSync } from 'node:fs';
import { type UserInfo, userInfo } from 'node:os';
import type { Account } from './environment.ts';

/** Users and groups of this machine. */
export interface Accounts {
  /** Who runs the daemon. */
  readonly self: Account;
  /** By name; null when there is no such user. */
  user(name: string): Account | null;
  /** The gid; null when there is no such group. */
  group(name: string): number | null;
  /** TMPDIR of this user's jobs. */
  readonly temporary: string;
}

/** From the caller's own record and the files in /etc. HOME is the one that the daemon was started with, so that a private world keeps its private home. */
export function systemAccounts(
  env: NodeJS.ProcessEnv,
  temporary: string,
  record: () => UserInfo<string> = userInfo,
): Accounts {
  const self = selfFrom(env, record);
  return {
    self,
    temporary,
    user(name) {
      if (name === self.name) return self;
      for (const [user, , uid, gid, , home, shell] of rows('/etc/passwd'))
        if (user === name)
          return { name, uid: Number(uid), gid: Number(gid), home: home || '/', shell: shell || '/bin/sh' };
      return null;
    },
    group(name) {
      for (const [group, , gid] of rows('/etc/group')) if (group === name) return Number(gid);
      return null;
    },
  };
}

/** A container may run as a uid that no account has. */
function selfFrom(env: NodeJS.ProcessEnv, record: () => UserInfo<string>): Account {
  try {
    const { username, uid, gid, homedir, shell } = record();
    return { name: username, uid, gid, home: env['HOME'] || homedir, shell: shell || '/bin/sh' };
  } catch {
    const uid = process.getuid?.() ?? 0;
    const gid = process.getgid?.() ?? 0;
    return { name: env['USER'] || String(uid), uid, gid, home: env['HOME'] || '/', shell: '/bin/sh' };
  }
}

function rows(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
