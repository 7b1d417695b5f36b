import { describe, expect, it } from 'vitest';
import { systemAccounts } from '../../src/emulator/accounts.ts';

const nobody = (): never => {
  throw new Error('uv_os_get_passwd returned ENOENT');
};

describe('systemAccounts', () => {
  it('tells who runs the daemon, at the home that it was given', () => {
    const { self } = systemAccounts({ HOME: '/private/home' }, '/tmp/w');
    expect(self).toMatchObject({ uid: process.getuid?.(), home: '/private/home' });
    expect(systemAccounts({}, '/tmp/w').user(self.name)).toMatchObject({ uid: self.uid });
  });

  it('does without an account, as a container may that runs as any uid', () => {
    const [uid, gid] = [process.getuid?.(), process.getgid?.()];
    expect(systemAccounts({ HOME: '/work', USER: 'me' }, '/tmp/w', nobody).self).toEqual({
      name: 'me',
      uid,
      gid,
      home: '/work',
      shell: '/bin/sh',
    });
    expect(systemAccounts({}, '/tmp/w', nobody).self).toMatchObject({ name: String(uid), home: '/' });
  });
});
